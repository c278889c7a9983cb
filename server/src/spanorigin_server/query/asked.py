"""What a question about spans says of which spans it means: search text, time range, place in the code.

Read from a request's parameters here, once for all endpoints; every value is checked, and a wrong one refused with the
parameter's name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from spanorigin_server.answers import Refused, check_parameters, epoch_ns
from spanorigin_server.store.asking import Condition, Window

from .plan import planned
from .scanner import Misread
from .syntax import parsed
from .terms import Binder

DEFAULT_WINDOW_NS = 15 * 60 * 10**9
PLACE_PARAMETERS = ("path", "directory", "function", "line", "type")
_TEXT_LIMIT = 1000

Now = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which spans a question is about."""

    text: str
    start_ns: int
    end_ns: int
    condition: Condition
    binder: Binder

    @property
    def window(self) -> Window:
        return Window.around(self.start_ns, self.end_ns)


def asked(request: Request, more: Sequence[str], now_ns: Now = time.time_ns) -> Asked:
    """`q`, `from` and `to` of a request that may have `more` parameters besides. Raises Refused."""
    check_parameters(request, ("q", "from", "to", *more))
    text = request.query_params.get("q", "")
    start_ns, end_ns = time_range(request, now_ns)
    binder = Binder()
    return Asked(text, start_ns, end_ns, condition_of(text, binder), binder)


def condition_of(text: str, binder: Binder | None = None, parameter: str = "q") -> Condition:
    """The store's condition for a search text. Raises Refused with the place where it stopped making sense."""
    tree = parsed(text)
    condition = tree if isinstance(tree, Misread) else planned(tree, binder)
    if isinstance(condition, Misread):
        message = condition.message if parameter == "q" else f"{parameter}: {condition.message}"
        raise Refused(message, slug=condition.slug, offset=condition.offset, hint=condition.hint)
    return condition


def time_range(request: Request, now_ns: Now = time.time_ns, prefix: str = "") -> tuple[int, int]:
    """The range from `from` to `to`, in ns; 15 minutes up to now where they are not given."""
    given_start_ns, given_end_ns = epoch_ns(request, f"{prefix}from"), epoch_ns(request, f"{prefix}to")
    end_ns = now_ns() if given_end_ns is None else given_end_ns
    start_ns = max(0, end_ns - DEFAULT_WINDOW_NS) if given_start_ns is None else given_start_ns
    if start_ns >= end_ns:
        message = (
            f"{prefix}from ({start_ns}) is not before {prefix}to ({end_ns}), so no span can lie between. "
            "Swap or widen them."
        )
        raise Refused(message, slug="time-range-empty")
    return start_ns, end_ns


def place_of(request: Request, binder: Binder) -> str:
    """The condition on the origin that PLACE_PARAMETERS make: a file or a folder, a function, a line, entry or exit."""
    conditions = []
    if (path := _text(request, "path")) is not None:
        conditions.append(f"spans.origin_path = {binder.text(path)}")
    if (directory := _text(request, "directory")) is not None and directory.strip("/"):
        conditions.append(f"startsWith(spans.origin_path, {binder.text(directory.rstrip('/') + '/')})")
    if (function := _text(request, "function")) is not None:
        conditions.append(f"spans.origin_function = {binder.text(function)}")
    if (line := request.query_params.get("line")) is not None:
        if not (line.isascii() and line.isdigit() and len(line) < 10):
            message = f"line is {line[:40]!r}, but it is the number of a line, counted from 1."
            raise Refused(message, slug="parameter-not-a-number")
        conditions.append(f"spans.origin_line = {binder.number(int(line))}")
    if request.query_params.get("type") is not None:
        conditions.append(f"spans.origin_type = {binder.text(choice(request, 'type', ('entry', 'exit')))}")
    return f"({' AND '.join(conditions)})" if conditions else "1"


def choice(request: Request, name: str, choices: Sequence[str], default: str | None = None) -> str:
    """One of some words. Raises Refused with the words there are."""
    text = request.query_params.get(name, default)
    if text is None:
        raise Refused(f"{name} is missing. It is one of {', '.join(choices)}.", slug="parameter-missing")
    if text not in choices:
        message = f"{name} is {text[:40]!r}, but it is one of {', '.join(choices)}."
        raise Refused(message, slug="parameter-not-a-choice")
    return text


def words(request: Request, name: str, limit: int) -> list[str]:
    """A parameter that is a list of words with commas between, each once. Raises Refused when there are too many."""
    text = request.query_params.get(name, "")
    found = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if len(found) > limit:
        message = f"{name} has {len(found)} parts, and {limit} at most are answered. Ask twice."
        raise Refused(message, slug="parameter-too-long")
    return found


def _text(request: Request, name: str) -> str | None:
    text = request.query_params.get(name)
    if text is not None and (len(text) > _TEXT_LIMIT or "\0" in text or any("\ud800" <= c <= "\udfff" for c in text)):
        message = f"{name} is longer than {_TEXT_LIMIT} characters, or holds what no text has. Shorten or mend it."
        raise Refused(message, slug="parameter-too-long")
    return text
