"""What a walker asks once and remembers: whose a file is, and what a chain of frames reads like.

Used by `python` and `compiled`, so that all walkers decide alike.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any, Final

from spanorigin.model import Attributes, AttributeValue, ExitOrigin, LineNumber, Refusal, Site
from spanorigin.source import Sources

NO_USER_FRAME: Final = Refusal("no-user-frame", "no frame on the stack is the user's own")
LAUNCHED: Final = Refusal("launched-elsewhere", "the call runs in a task, thread or pool that cannot say who asked")
TOO_DEEP: Final = Refusal("depth-limit", "no frame of the user's own within SPANORIGIN_DEPTH_LIMIT frames")

FOREIGN: Final = 0
OWN: Final = 1
BORDER: Final = 2

_ROOM: Final = 4
"""Attributes that most instrumentations give a span at its start."""


class Sorter:
    """Tells the three kinds of file apart."""

    def __init__(self, sources: Sources, borders: Iterable[str]) -> None:
        self._sources = sources
        self._ends = tuple(border if os.path.isabs(border) else f"/{border}" for border in borders)  # noqa: PTH117

    def kind(self, name: str) -> int:
        """FOREIGN, OWN or BORDER: the user's own comes first, so that no border cuts it off. Raises nothing."""
        if self._sources.verdict(name).accepted:
            return OWN
        return BORDER if name.replace(os.sep, "/").endswith(self._ends) else FOREIGN


def with_room(attributes: Attributes) -> dict[str, AttributeValue]:
    """A copy that takes in a few more before it has to grow. It can be copied as it is, room included, which is quicker
    than adding to a smaller one.
    """
    roomy, trial = dict(attributes), dict(attributes)
    room, size = 0, sys.getsizeof(trial)
    while sys.getsizeof(trial) == size:
        trial[f" {room}"] = room
        room += 1
    # A dictionary keeps the size that it once needed; more holes than a third, and a copy is made anew.
    if room <= _ROOM and 3 * len(roomy) >= 2 * len(trial):
        roomy = trial
        for number in range(room):
            del roomy[f" {number}"]
    return roomy


def origin_of(frames: Iterable[FrameType], sources: Sources) -> ExitOrigin:
    """What frames of the user's, innermost first, read like. Each is at the line it is running."""
    return ExitOrigin(tuple(_site(frame, sources) for frame in frames))


def _site(frame: FrameType, sources: Sources) -> Site:
    code = frame.f_code
    # An instruction without a line has none of its own; the function is right all the same.
    line = frame.f_lineno or code.co_firstlineno
    module = _module(frame.f_globals)
    # The plain name on 3.10, whose code objects know no other.
    name: str = getattr(code, "co_qualname", code.co_name)
    function = f"{module}.{name}" if module else name
    return Site(sources.path(code.co_filename), LineNumber(line), function, module)


def _module(namespace: dict[str, Any]) -> str:
    name = namespace.get("__name__")
    # Exactly a string: formatting anything else could run the program's own code.
    return name if type(name) is str else ""
