"""The plain values that all rooms of the agent speak.

Nothing here does anything: no imports from the house, no state, no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NewType

LineNumber = NewType("LineNumber", int)
"""A line of a source file, counted from 1."""

AttributeValue = str | int
Attributes = Mapping[str, AttributeValue]
"""Span attributes made ready once for a place; shared between spans, so nobody may change them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision and its reason, in words fit for a log line, for `spanorigin doctor` and for the UI."""

    accepted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no origin. `reason` is a slug, a heading in docs/messages.md; `words` are for people."""

    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the user's own code. `path` is absolute; `function` is module and qualified name."""

    path: str
    line: LineNumber
    function: str
    module: str = ""
    """What `function` begins with; empty where the code runs in no module."""

    @property
    def qualified_name(self) -> str:
        """`function` without the module."""
        return self.function.removeprefix(f"{self.module}.") if self.module else self.function


@dataclass(frozen=True, slots=True)
class EntryOrigin:
    """The user's handler: its file, the line of its `def`, its name."""

    site: Site


@dataclass(frozen=True, slots=True)
class ExitOrigin:
    """The user's line that made the call, and the user's frames around it, innermost first. Never empty."""

    frames: tuple[Site, ...]
    inherited: str | None = None
    """The border between the origin and the call, when the call does not lie on the origin's own stack: `task`."""


class UserError(ValueError):
    """A caller's mistake, told in four parts: what, why, what to do, and a slug that docs/messages.md explains."""

    def __init__(self, words: str, *, slug: str) -> None:
        super().__init__(f"{words} [{slug}]")
        self.words = words
        self.slug = slug


class SettingError(UserError):
    """A variable or an argument of install() has a value that means nothing."""


class InstallError(UserError):
    """install() was asked for something it cannot do."""
