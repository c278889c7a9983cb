"""Find the user's frames on the current stack: one interface, and the choice of who does it.

Used by `origin.processor`; chosen once by `agent`. `python.py` serves every interpreter; `compiled.py` sets up the two
in C, which the folder `c` has the source of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from spanorigin.model import Attributes, ExitOrigin, Refusal
from spanorigin.settings import Settings
from spanorigin.source import Sources

AUTO: Final = "auto"
PYTHON: Final = "python"
WALKERS: Final = ("raw", "public", PYTHON)
"""Quickest first; each but the last may be missing or fail its test, and gives way to the next."""


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


def choose_walker(sources: Sources, rules: Rules, wanted: str = AUTO) -> tuple[Walker, str]:
    """The best walker that this interpreter has, from `wanted` on downwards, and in words why it is the one."""
    from spanorigin.origin.walk import compiled
    from spanorigin.origin.walk.python import PythonWalker

    passed_over = []
    for kind in WALKERS[0 if wanted == AUTO else WALKERS.index(wanted) : -1]:
        module = compiled.load(kind)
        if isinstance(module, str):
            passed_over.append(f"{kind}: {module}")
            continue
        return compiled.CompiledWalker(module, sources, rules), _why(compiled.WORDS[kind], wanted, passed_over)
    return PythonWalker(sources, rules), _why("pure Python", wanted, passed_over)


def _why(walker: str, wanted: str, passed_over: list[str]) -> str:
    reasons = [] if wanted == AUTO else [f"{wanted} was asked for"]
    return f"{walker}: {'; '.join(reasons + passed_over) or 'the quickest, and it sees what sys._getframe sees'}"
