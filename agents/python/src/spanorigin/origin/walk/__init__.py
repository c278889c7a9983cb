"""Find the user's frames on the current stack: one interface, and the choice of who does it.

Used by `origin.processor`; chosen once by `agent`. Walkers in C come beside `python.py` and are chosen here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from spanorigin.model import Attributes, ExitOrigin, Refusal
from spanorigin.settings import Settings
from spanorigin.source import Sources


class Walker(Protocol):
    """Answers where the running code is, as prepared attributes."""

    def walk(self) -> Attributes | Refusal:
        """The user's frames nearest to the caller's caller, ready to attach; or why there are none.

        To be called directly from a span processor's on_start. Holds no frame after it returns.
        """
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """How far a walk goes, and how its finding is made ready."""

    max_frames: int
    depth_limit: int
    frame_gap: int
    borders: tuple[str, ...]
    """Ends of paths of other people's files that launch code without asking for its calls; the walk ends there."""
    prepare: Callable[[ExitOrigin], Attributes]

    @classmethod
    def of(cls, settings: Settings, borders: Iterable[str], prepare: Callable[[ExitOrigin], Attributes]) -> Rules:
        return cls(settings.max_frames, settings.depth_limit, settings.frame_gap, tuple(borders), prepare)


def choose_walker(sources: Sources, rules: Rules) -> tuple[Walker, str]:
    """The best walker for this interpreter, and why it is the one."""
    from spanorigin.origin.walk.python import PythonWalker

    return PythonWalker(sources, rules), "pure Python: the only one so far"
