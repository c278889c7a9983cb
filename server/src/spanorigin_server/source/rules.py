"""Path rules: where a deployed folder is in a repository, said by people. They win over whatever is found by itself.

Kept in one file of the data folder, edited through `registering`, applied by `preview` before it looks anywhere else.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from spanorigin_server.answers import Refused
from spanorigin_server.kept import Kept

from .snapshot import is_plain

RULES_MOST: Final = 500
_TEXT_MOST: Final = 1000


class Rule(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """Files of `service` (empty: of any) below the folder `from` are `repository`'s below its folder `to`."""

    id: str
    service: str
    from_: str
    to: str
    repository: str
    changed_ns: str


class Draft(msgspec.Struct, forbid_unknown_fields=True, rename={"from_": "from"}):
    """What somebody sends to make or change a rule."""

    from_: str
    repository: str
    to: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Ruled:
    """Where a rule says that a file is."""

    repository: str
    path: str
    rule_id: str


class Rules:
    """May be used from any thread."""

    def __init__(self, data: Path, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._kept = Kept(data / "path-rules.json", Rule, "path-rules")
        self._now_ns = now_ns
        self._known: tuple[Rule, ...] | None = None

    def listed(self) -> list[Rule]:
        """All rules, in the order in which they are tried: those of a service first, then the longest folder."""
        with self._kept.lock:
            if self._known is None:
                self._known = tuple(sorted(self._kept.read(), key=_order))
            return list(self._known)

    def of(self, service: str, file: str) -> Ruled | None:
        """Where the first rule that fits says that a service's file is."""
        place = _folder(file)
        for rule in self.listed():
            if rule.service in ("", service) and place.startswith(rule.from_ + "/" if rule.from_ != "/" else "/"):
                rest = place[len(rule.from_) :].lstrip("/")
                path = f"{rule.to}/{rest}" if rule.to else rest
                if is_plain(path):
                    return Ruled(rule.repository, path, rule.id)
        return None

    def make(self, draft: Draft) -> Rule:
        rule = self._checked(draft, secrets.token_hex(8))
        with self._kept.lock:
            known = self.listed()
            if len(known) >= RULES_MOST:
                message = f"There are {RULES_MOST} path rules, the most that are kept. Remove one."
                raise Refused(message, slug="path-rules-full", status=409)
            self._write([*known, rule])
        return rule

    def change(self, rule_id: str, draft: Draft) -> Rule:
        rule = self._checked(draft, rule_id)
        with self._kept.lock:
            self._found(rule_id)
            self._write([rule if each.id == rule_id else each for each in self.listed()])
        return rule

    def remove(self, rule_id: str) -> None:
        with self._kept.lock:
            self._found(rule_id)
            self._write([each for each in self.listed() if each.id != rule_id])

    def _checked(self, draft: Draft, rule_id: str) -> Rule:
        """A draft as a rule. Raises Refused, also where another rule says something else of the same folder."""
        deployed, to = _folder(draft.from_), draft.to.strip().replace("\\", "/").strip("/")
        service, repository = draft.service.strip(), draft.repository.strip()
        for name, text, is_needed in (
            ("from", deployed, True),
            ("repository", repository, True),
            ("to", to, False),
            ("service", service, False),
        ):
            if len(text) > _TEXT_MOST or (is_needed and not text) or (text and not text.isprintable()):
                message = (
                    f"{name} is {len(text)} characters long; it takes {int(is_needed)} to {_TEXT_MOST}, in one line."
                )
                raise Refused(message, slug="path-rule-unreadable")
        if to and not is_plain(to):
            message = f"to is {to[:200]!r}, but it is a folder of the repository, from its root, such as services/web."
            raise Refused(message, slug="path-rule-unreadable")
        for other in self.listed():
            if (other.service, other.from_) == (service, deployed) and other.id != rule_id:
                message = f"There is a rule for {deployed} of {service or 'every service'} already. Change that one."
                raise Refused(message, slug="path-rule-known", status=409)
        return Rule(rule_id, service, deployed, to, repository, str(self._now_ns()))

    def _found(self, rule_id: str) -> None:
        if not any(rule.id == rule_id for rule in self.listed()):
            message = "There is no such rule. It may have been removed; /api/v1/path-rules lists those there are."
            raise Refused(message, slug="path-rule-not-found", status=404)

    def _write(self, rules: list[Rule]) -> None:
        self._kept.write(rules)
        self._known = tuple(sorted(rules, key=_order))


def _order(rule: Rule) -> tuple[bool, int, str]:
    return rule.service == "", -len(rule.from_), rule.id


def _folder(path: str) -> str:
    place = path.strip().replace("\\", "/")
    return place.rstrip("/") or ("/" if place else "")
