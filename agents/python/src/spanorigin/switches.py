"""Decide what is captured at this moment: entries, exits, both or nothing, and who said so.

Held by `agent`, which acts on it. Each of the three switches is asked of the environment first, which may only forbid;
then of whoever speaks from outside while the program runs (`spanorigin capture`, a server); then of the program. What
nobody has an opinion on is on. Decision 0140.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from spanorigin.model import Verdict
from spanorigin.settings import READERS, Settings


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of each switch; None is no opinion, and leaves what was wanted before as it is."""

    enabled: bool | None = None
    """Of capture as a whole."""
    entry: bool | None = None
    exit: bool | None = None


@dataclass(frozen=True, slots=True)
class Positions:
    """How the switches stand, each with its reason. Entries and exits are off whenever `enabled` is."""

    enabled: Verdict
    entry: Verdict
    exit: Verdict


_NAMES: Final = tuple(field.name for field in fields(Wish))


class Switches:
    """Three switches with three layers each. Not safe in threads: `agent` has a lock for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._remote: dict[str, tuple[bool, str]] = {}
        self._code: dict[str, tuple[bool, str]] = {}

    def wish(self, wish: Wish, who: str, *, remote: bool) -> None:
        """Take a wish in. `who` completes the sentence "switched off by …"."""
        layer = self._remote if remote else self._code
        for name in _NAMES:
            value = getattr(wish, name)
            if value is not None:
                layer[name] = (value, f"switched {'on' if value else 'off'} by {who}")

    def forget_remote(self) -> None:
        """Drop all that was wanted from outside; the program's own wishes stand again."""
        self._remote.clear()

    def positions(self) -> Positions:
        """How the switches stand now."""
        enabled, entry, exit_ = (self._verdict(name) for name in _NAMES)
        if not enabled.accepted:
            return Positions(enabled, enabled, enabled)
        return Positions(enabled, entry, exit_)

    def _verdict(self, name: str) -> Verdict:
        setting: bool | None = getattr(self._settings, name)
        source = self._settings.source_of(name)
        is_environments = source in READERS[name][0]
        if setting is False and is_environments:
            return Verdict(False, f"{source} says false")
        for layer in (self._remote, self._code):
            if name in layer:
                return Verdict(*layer[name])
        if setting is None:
            return Verdict(True, "nothing speaks against it")
        said = "true" if setting else "false"
        return Verdict(setting, f"{source if is_environments else 'install()'} says {said}")
