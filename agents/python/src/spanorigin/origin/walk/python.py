"""Walk the stack in pure Python: the walker that works on every interpreter.

Called by `origin.processor` for each CLIENT and PRODUCER span. A frame costs two attributes and one set look-up; lines,
names and attributes are worked out at the first sight of a chain and found by identity from then on. Decision 0011 has
the measurements behind the form of the loop.
"""

from __future__ import annotations

import inspect
import os
import sys
from types import CodeType, FrameType
from typing import Any, Final

from opentelemetry.sdk.trace import Tracer

from spanorigin.model import Attributes, ExitOrigin, LineNumber, Refusal, Site
from spanorigin.origin.walk import Rules
from spanorigin.origin.walk.chains import Chains
from spanorigin.source import Sources

NO_USER_FRAME: Final = Refusal("no-user-frame", "no frame on the stack is the user's own")
LAUNCHED: Final = Refusal("launched-elsewhere", "the call runs in a task, thread or pool that cannot say who asked")
TOO_DEEP: Final = Refusal("depth-limit", "no frame of the user's own within SPANORIGIN_DEPTH_LIMIT frames")

_SUSPENDABLE: Final = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_ITERABLE_COROUTINE
_AWAITING: Final = _SUSPENDABLE | inspect.CO_GENERATOR
# More names than any program has files; only programs that make file names as they run get there.
_NAMES_LIMIT: Final = 50_000
# on_start <- SynchronousMultiSpanProcessor <- Span.start <- Tracer.start_span, as the SDK calls it.
_START_SPAN_DEPTH: Final = 4


class PythonWalker:
    """Finds the user's frames around the running call. One for all threads."""

    def __init__(self, sources: Sources, rules: Rules) -> None:
        self._sources = sources
        self._prepare = rules.prepare
        self._max_frames = rules.max_frames
        self._frame_gap = rules.frame_gap
        self._steps = range(rules.depth_limit)
        self._border_ends = tuple(
            border if os.path.isabs(border) else f"/{border}"  # noqa: PTH117 - a text, never opened
            for border in rules.borders
        )
        # Every file name met, in one of three sets; the third is small and asked last.
        self._foreign: set[str] = set()
        self._own: set[str] = set()
        self._borders: set[str] = set()
        self._chains = Chains()
        self._start_span = getattr(Tracer.start_span, "__code__", None)

    def walk(self) -> Attributes | Refusal:
        """The user's frames nearest to the caller's caller, ready to attach; or why there are none."""
        foreign = self._foreign
        own = self._own
        found: list[FrameType] = []
        key: list[int] = []
        gap = self._frame_gap
        refusal = TOO_DEEP
        frame = self._first_frame()
        inner = frame.f_code
        lineage: Any = None
        for _ in self._steps:
            code = frame.f_code
            name = code.co_filename
            if name in foreign:
                if found:
                    if not gap:
                        break
                    gap -= 1
            elif name in own:
                if inner.co_flags & _SUSPENDABLE and not code.co_flags & _AWAITING:
                    # A plain function that runs a coroutine is a launcher: an event loop without frames of its own.
                    refusal = LAUNCHED
                    break
                found.append(frame)
                key.append(id(code))
                key.append(frame.f_lasti)
                if len(found) == self._max_frames:
                    break
                gap = self._frame_gap
            elif name in self._borders:
                refusal = LAUNCHED
                break
            else:
                self._sort(name)
                continue
            inner = code
            outer = frame.f_back
            if outer is None:
                lineage, outer = _parent_greenlet(lineage)
                if outer is None:
                    refusal = NO_USER_FRAME
                    break
            frame = outer
        if not found:
            return refusal
        chains = self._chains
        if chains.dead and not chains.sweep():
            return self._prepare(self._origin(found))
        chain = tuple(key)
        return chains.table.get(chain) or self._learn(chain, found)

    def _first_frame(self) -> FrameType:
        """The frame that asked the SDK for a span; where the SDK calls in another way, that of the processor."""
        try:
            frame = sys._getframe(_START_SPAN_DEPTH + 1)
        except ValueError:  # the stack is shorter
            return sys._getframe(2)
        if frame.f_code is self._start_span and frame.f_back is not None:
            return frame.f_back
        return sys._getframe(2)

    def _sort(self, name: str) -> None:
        if len(self._foreign) + len(self._own) >= _NAMES_LIMIT:
            self._foreign.clear()
            self._own.clear()
        if self._sources.verdict(name).accepted:
            self._own.add(name)
        elif name.replace(os.sep, "/").endswith(self._border_ends):
            self._borders.add(name)
        else:
            self._foreign.add(name)

    def _learn(self, chain: tuple[int, ...], found: list[FrameType]) -> Attributes:
        finding = self._prepare(self._origin(found))
        self._chains.keep(chain, [frame.f_code for frame in found], finding)
        return finding

    def _origin(self, found: list[FrameType]) -> ExitOrigin:
        return ExitOrigin(tuple(self._site(frame) for frame in found))

    def _site(self, frame: FrameType) -> Site:
        code = frame.f_code
        # An instruction without a line has none of its own; the function is right all the same.
        line = frame.f_lineno or code.co_firstlineno
        return Site(self._sources.path(code.co_filename), LineNumber(line), _function_name(frame.f_globals, code))


def _function_name(namespace: dict[str, Any], code: CodeType) -> str:
    """Module and qualified name; the plain name on 3.10, whose code objects know no other."""
    name: str = getattr(code, "co_qualname", code.co_name)
    module = namespace.get("__name__")
    # Exactly a string: formatting anything else could run the program's own code.
    return f"{module}.{name}" if type(module) is str else name


def _parent_greenlet(lineage: Any) -> tuple[Any, FrameType | None]:
    """The next greenlet outwards and its innermost frame. A greenlet's parent waits for what the greenlet does, so
    the code that asked goes on there, as under SQLAlchemy's asyncio engine. Without greenlets: nothing.
    """
    greenlets = sys.modules.get("greenlet")
    if greenlets is None:
        return None, None
    parent = (greenlets.getcurrent() if lineage is None else lineage).parent
    # gr_frame, never raw links: those of a suspended greenlet may lead nowhere on 3.12 and later.
    return parent, None if parent is None else parent.gr_frame
