"""Walk the stack in pure Python: the walker that works on every interpreter.

Called by `origin.processor` for each CLIENT and PRODUCER span. A frame costs three attributes and one set look-up;
lines, names and attributes are worked out at the first sight of a chain and found by identity from then on.
Decision 0011 has the measurements behind the form of the loop.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, Final

from opentelemetry.sdk.trace import Tracer

from spanorigin.model import Attributes, Refusal
from spanorigin.origin.walk import Rules
from spanorigin.origin.walk.chains import Chains
from spanorigin.origin.walk.places import BORDER, LAUNCHED, NO_USER_FRAME, OWN, TOO_DEEP, Sorter, origin_of, with_room
from spanorigin.source import Sources

_SUSPENDABLE: Final = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_ITERABLE_COROUTINE
_AWAITING: Final = _SUSPENDABLE | inspect.CO_GENERATOR
_GREENLET: Final = "greenlet"
_getframe: Final = sys._getframe
_modules: Final = sys.modules
# More names than any program has files; only programs that make file names as they run get there.
_NAMES_LIMIT: Final = 50_000
# on_start <- what `providers` puts before the span processors <- Span.start <- Tracer.start_span.
_START_SPAN_DEPTH: Final = 4


class PythonWalker:
    """Finds the user's frames around the running call. One for all threads."""

    def __init__(self, sources: Sources, rules: Rules) -> None:
        self._sources = sources
        self._rules = rules
        self._kind_of = Sorter(sources, rules.borders).kind
        # Every file name met is in one of three sets. The third is small and asked last.
        self._foreign: set[str] = set()
        self._own: set[str] = set()
        self._borders: set[str] = set()
        self._chains = Chains()
        self._start_span = getattr(Tracer.start_span, "__code__", None)
        self.walk = self._quick_walk()
        """The user's frames nearest to the caller's caller, ready to attach; or why there are none."""

    def _quick_walk(self) -> Callable[[], Attributes | Refusal]:
        """The quick form of `_users_frames`, whose rules it repeats: it knows chains it has seen, in files it has seen,
        on a stack of one piece, and leaves all else to `_walk_fully`. What it needs it holds in variables of its own,
        which are read in a third of the time that attributes take.
        """
        foreign, own, borders, start_span = self._foreign, self._own, self._borders, self._start_span
        dead, table = self._chains.dead, self._chains.table
        to_the_first, to_the_next = range(self._rules.depth_limit), range(self._rules.frame_gap)
        longest = 2 * self._rules.max_frames

        def walk() -> Attributes | Refusal:
            try:
                start = _getframe(_START_SPAN_DEPTH)
                # Past the SDK in one step where it called as we know it, otherwise from the processor on.
                start = start.f_back if start.f_code is start_span else _getframe(1)  # type: ignore[assignment]
            except ValueError:  # the stack is shorter
                start = _getframe(1)
            frame: Any = start
            try:
                inner = frame.f_code
                for _ in to_the_first:
                    code = frame.f_code
                    if (name := code.co_filename) not in foreign:
                        break
                    inner = code
                    frame = frame.f_back
                else:
                    return self._walk_fully(start)
            except AttributeError:
                # None has no code: the stack is at its end, without a frame of the user's. Too rare to ask each for.
                return self._walk_fully(start)
            key: list[int] = []
            while name in own:
                if inner.co_flags & _SUSPENDABLE and not code.co_flags & _AWAITING:
                    break
                key += id(code), frame.f_lasti
                if len(key) == longest:
                    break
                inner = code
                frame = frame.f_back
                if frame is None:
                    break
                code = frame.f_code
                if (name := code.co_filename) in foreign:
                    for _ in to_the_next:
                        inner = code
                        frame = frame.f_back
                        if frame is None:
                            break
                        code = frame.f_code
                        if (name := code.co_filename) not in foreign:
                            break
                    if frame is None:
                        break
            if frame is None:
                if _GREENLET in _modules and _modules[_GREENLET].getcurrent().parent is not None:
                    return self._walk_fully(start)
            elif name not in borders and name not in foreign and name not in own:
                return self._walk_fully(start)
            if not key or dead:
                return self._walk_fully(start)
            try:
                return table[tuple(key)]
            except KeyError:
                return self._walk_fully(start)

        return walk

    def _walk_fully(self, start: FrameType | None) -> Attributes | Refusal:
        """The same answer without shortcuts, remembered for the next time."""
        found, refusal = self._users_frames(start)
        if not found:
            return refusal
        key = tuple(part for frame in found for part in (id(frame.f_code), frame.f_lasti))
        if not self._chains.sweep():
            return self._prepare(found)
        known = self._chains.table.get(key)
        if known is None:
            known = self._prepare(found)
            self._chains.keep(key, [frame.f_code for frame in found], known)
        return known

    def _users_frames(self, start: FrameType | None) -> tuple[list[FrameType], Refusal]:
        """The user's frames from `start` outwards, innermost first, and what ended the walk.

        Ends at SPANORIGIN_MAX_FRAMES frames; at a border; where a plain function runs a coroutine, since that is a
        launcher too: an event loop without frames of its own; at the end of the outermost greenlet's stack; and
        when the next frame of the user's does not come within SPANORIGIN_DEPTH_LIMIT, later SPANORIGIN_FRAME_GAP.
        """
        found: list[FrameType] = []
        reach = self._rules.depth_limit
        inner: CodeType | None = None
        lineage: Any = None
        frame = start
        while True:
            if frame is None:
                lineage, frame = _parent_greenlet(lineage)
                if frame is None:
                    return found, NO_USER_FRAME
            if not reach:
                return found, TOO_DEEP
            reach -= 1
            code = frame.f_code
            name = code.co_filename
            self._sort(name)
            if name in self._borders:
                return found, LAUNCHED
            if name in self._own:
                if inner is not None and inner.co_flags & _SUSPENDABLE and not code.co_flags & _AWAITING:
                    return found, LAUNCHED
                found.append(frame)
                if len(found) == self._rules.max_frames:
                    return found, TOO_DEEP
                reach = self._rules.frame_gap + 1
            inner = code
            frame = frame.f_back

    def _sort(self, name: str) -> None:
        """Put a file name that is new into its set."""
        if name in self._foreign or name in self._own or name in self._borders:
            return
        if len(self._foreign) + len(self._own) >= _NAMES_LIMIT:
            self._foreign.clear()
            self._own.clear()
        kind = self._kind_of(name)
        (self._own if kind == OWN else self._borders if kind == BORDER else self._foreign).add(name)

    def _prepare(self, found: list[FrameType]) -> Attributes:
        return with_room(self._rules.prepare(origin_of(found, self._sources)))


def _parent_greenlet(lineage: Any) -> tuple[Any, FrameType | None]:
    """The next greenlet outwards and its innermost frame. A greenlet's parent waits for what the greenlet does, so
    the code that asked goes on there, as under SQLAlchemy's asyncio engine. Without greenlets: nothing.
    """
    greenlets = _modules.get(_GREENLET)
    if greenlets is None:
        return None, None
    parent = (greenlets.getcurrent() if lineage is None else lineage).parent
    # gr_frame, never raw links: those of a suspended greenlet may lead nowhere on 3.12 and later.
    return parent, None if parent is None else parent.gr_frame
