"""Find the handlers of frameworks that have no file here, on Python 3.12 and later: SPANORIGIN_DISCOVERY.

Set up by `agent`. The interpreter tells of each function that starts (`sys.monitoring`), once a function: what is
settled not to be a handler is told of no more, and costs nothing. The handler is the first function of the user's that
runs after an entry span has started, on its stack and not below a framework that has a file here. That is a guess where
a user's own middleware runs first, so it has to be asked for. Decision 0142.
"""

from __future__ import annotations

import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from types import CellType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any, Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, SynchronousMultiSpanProcessor
from opentelemetry.trace import SpanKind, get_current_span

from spanorigin import names
from spanorigin.counters import Tally
from spanorigin.emit import Attach
from spanorigin.frameworks.hooks import Framework
from spanorigin.model import Attributes, EntryOrigin, Refusal, Site, Verdict
from spanorigin.origin.definition import def_line
from spanorigin.origin.handler import names_called_with_everything
from spanorigin.origin.walk.places import BORDER, OWN, Sorter
from spanorigin.source import Sources

NOT_DISCOVERED: Final = Refusal(
    "handler-not-discovered", "no function of yours started between the start of the request's span and its end"
)
_MONITORING: Final = getattr(sys, "monitoring", None)
_TOOLS: Final = (4, 3)
"""Ids that Python gives to nobody: 0 to 2 are a debugger's, coverage's and a profiler's, 5 an optimizer's."""
_TOOL_NAME: Final = "spanorigin"
_ORIGIN_TYPES: Final = frozenset({names.ORIGIN_TYPE, names.DATADOG_TYPE})
_KEPT: Final = 4096
# Requests in a row whose handlers were known, after which stacks are looked at no more as spans start: 4 us each.
_SETTLED_AFTER: Final = 100
_OPEN_LIMIT: Final = 10_000
_FRAMES_LIMIT: Final = 2000
_FIRST_WAIT_SECONDS: Final = 1.0
_LONGEST_WAIT_SECONDS: Final = 600.0
_SERVER: Final = SpanKind.SERVER
_CONSUMER: Final = SpanKind.CONSUMER

_Handler = tuple[weakref.ref[CodeType], Attributes, str]
_Stack = tuple[int, int]
"""The thread, and the task in it."""
_Before = tuple[_Stack, int]
"""The stack that an entry span started on, and how many of the user's frames were on it by then."""
_GONE: Final[_Before] = ((0, 0), -1)


class Discovery(SpanProcessor):
    """Watches functions while started. Raises nothing; is told of spans as a processor of the provider."""

    def __init__(
        self,
        sources: Sources,
        known: Iterable[Framework],
        borders: Iterable[str],
        *,
        entry_span_for: Callable[[Span], Span | None],
        prepare: Callable[[EntryOrigin], Attributes],
        attach: Attach,
        tally: Tally,
        monitoring: Any = _MONITORING,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`known` frameworks are left to their own files. `monitoring` is sys.monitoring, None before 3.12."""
        self.verdict = Verdict(False, "SPANORIGIN_DISCOVERY is not set")
        """Whether functions are watched, and why or why not."""
        self._sources = sources
        self._sort = Sorter(sources, borders).kind
        self._kinds: dict[str, int] = {}
        self._known_scopes = {framework.name for framework in known}
        modules = {module.partition(".")[0] for framework in known for module in framework.modules}
        self._known_packages = modules - {"opentelemetry"}
        self._entry_span_for = entry_span_for
        self._prepare = prepare
        self._attach = attach
        self._tally = tally
        self._monitoring = monitoring
        self._now = now
        self._tool: int | None = None
        self._handlers: dict[int, _Handler] = {}
        self._open: dict[int, _Before | None] = {}
        """By span id, the open entries that have no origin yet; None for one whose stack was not looked at."""
        self._unsettled = _SETTLED_AFTER
        self._foreign_scopes: dict[str, bool] = {}
        self._candidates: dict[int, tuple[weakref.ref[CodeType], bool]] = {}
        self._attended: list[object] = []
        self._wait = _FIRST_WAIT_SECONDS
        self._again_at = 0.0

    @property
    def found(self) -> list[str]:
        """The handlers found so far, as `path:line function`."""
        return [words for _, _, words in list(self._handlers.values())]

    def start(self) -> None:
        """Watch functions from now on."""
        monitoring = self._monitoring
        if monitoring is None:
            version = f"{sys.version_info[0]}.{sys.version_info[1]}"
            self.verdict = Verdict(False, f"sys.monitoring came with Python 3.12, and this is {version}")
            return
        if self._tool is not None:
            return
        taken = []
        for tool in _TOOLS:
            try:
                monitoring.use_tool_id(tool, _TOOL_NAME)
            except ValueError:
                taken.append(f"{tool} by {monitoring.get_tool(tool)}")
                continue
            self._tool = tool
            self._disable = monitoring.DISABLE
            monitoring.register_callback(tool, monitoring.events.PY_START, self._started)
            monitoring.set_events(tool, monitoring.events.PY_START)
            # What the id's last owner had settled, an earlier installation of ours perhaps, would stay so.
            monitoring.restart_events()
            self.verdict = Verdict(True, f"functions are watched as tool {tool} of sys.monitoring")
            return
        self.verdict = Verdict(False, f"both free tool ids of sys.monitoring are taken: {', '.join(taken)}")

    def stop(self) -> None:
        """Watch nothing from now on. Handlers that were found stay known."""
        tool, self._tool = self._tool, None
        if tool is None:
            return
        self._monitoring.set_events(tool, 0)
        self._monitoring.register_callback(tool, self._monitoring.events.PY_START, None)
        self._monitoring.free_tool_id(tool)
        self._open.clear()
        self.verdict = Verdict(False, "capture of entries is switched off")

    def attend(self, provider: object, *, wanted: bool) -> None:
        """Be told of the spans of `provider`, last of all its processors, or be told no more."""
        every = getattr(provider, "_active_span_processor", None)
        if isinstance(every, SynchronousMultiSpanProcessor):
            with every._lock:
                others = tuple(each for each in every._span_processors if each is not self)
                every._span_processors = (*others, self) if wanted else others
        elif wanted and all(each is not provider for each in self._attended):
            # It lets no processor go. While stopped, this one does nothing.
            self._attended.append(provider)
            provider.add_span_processor(self)  # type: ignore[attr-defined]  # install() has checked it

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the SDK's form
        try:
            kind = getattr(span, "_kind", None)
            if (kind is _SERVER or kind is _CONSUMER) and self._tool is not None and self._is_ours(span):
                if len(self._open) >= _OPEN_LIMIT:
                    self._open.clear()
                before = None
                if self._unsettled:
                    before = _stack(), len(self._users_frames(sys._getframe(1)) or ())
                self._open[_span_id(span)] = before
        except Exception as error:
            self._tally.failure("discovery", error)

    def on_end(self, span: ReadableSpan) -> None:
        try:
            kind = getattr(span, "_kind", None)
            if kind is not _SERVER and kind is not _CONSUMER:
                return
            span_id = _span_id(span)
            if span_id not in self._open:
                return
            del self._open[span_id]
            if _ORIGIN_TYPES.isdisjoint(span.attributes or {}):
                self._tally.miss(NOT_DISCOVERED, span)
                self._watch_all_again()
        except Exception as error:
            self._tally.failure("discovery", error)

    def _is_ours(self, span: Span) -> bool:
        """Whether a span is a local root, and not made for a framework that has a file here."""
        if span.parent is not None and not span.parent.is_remote:
            return False
        scope = getattr(getattr(span, "_instrumentation_scope", None), "_name", "")
        is_ours = self._foreign_scopes.get(scope)
        if is_ours is None:
            if len(self._foreign_scopes) >= _KEPT:
                self._foreign_scopes.clear()
            is_ours = self._foreign_scopes[scope] = scope.rpartition(".")[2] not in self._known_scopes
        return is_ours

    def _started(self, code: CodeType, _offset: int) -> Any:
        """The interpreter's call: a function starts. DISABLE ends its calls for that function."""
        try:
            known = self._handlers.get(id(code))
            if known is not None and known[0]() is code:
                span = self._waiting_span()
                if span is not None:
                    self._give(span, known[1])
                    if self._unsettled:
                        self._unsettled -= 1
                return None
            if not self._is_candidate(code):
                return self._disable
            span = self._waiting_span()
            if span is None:
                return self._disable
            return self._found(span, sys._getframe(1))
        except Exception as error:
            self._tally.failure("discovery", error)
            return self._disable

    def _is_candidate(self, code: CodeType) -> bool:
        """Whether code is a function of the user's, and not a decorator's that passes all it gets to what it holds."""
        name = code.co_name
        if (name.startswith("<") and name != "<lambda>") or self._kind(code.co_filename) != OWN:
            return False
        known = self._candidates.get(id(code))
        if known is not None and known[0]() is code:
            return known[1]
        is_candidate = names_called_with_everything(code).isdisjoint(code.co_freevars)
        if len(self._candidates) >= _KEPT:
            self._candidates.clear()
        self._candidates[id(code)] = weakref.ref(code), is_candidate
        return is_candidate

    def _waiting_span(self) -> Span | None:
        """The entry span that the running code serves, if it has no origin yet and is ours to find one for."""
        current = get_current_span()
        if not isinstance(current, Span) or not current.is_recording():
            return None
        span = self._entry_span_for(current)
        return span if span is not None and _span_id(span) in self._open else None

    def _give(self, span: Span, attributes: Attributes) -> None:
        """Attach, unless a framework's own file or the program has done so."""
        self._open.pop(_span_id(span), None)
        if _ORIGIN_TYPES.isdisjoint(span.attributes or {}):
            refusal = self._attach(span, attributes)
            if refusal is not None:
                self._tally.miss(refusal, span)

    def _found(self, span: Span, frame: FrameType) -> Any:
        """Give `span` its handler: the outermost of the user's frames that came after it."""
        opened = self._open.get(_span_id(span), _GONE)
        if opened is None:
            # Told of again, for the next such request.
            self._unsettled = _SETTLED_AFTER
            return None
        users = self._users_frames(frame)
        if users is None or opened is _GONE:
            return self._disable
        stack, before = opened
        if stack == _stack():
            users = users[: max(1, len(users) - before)]
        handler = users[-1]
        attributes, words = self._origin(handler)
        self._remember(handler.f_code, attributes, words)
        self._give(span, attributes)
        self._unsettled = _SETTLED_AFTER
        if handler is frame:
            return None
        # It ran before we looked, and is told of no more; what it called gave it away.
        self._watch_all_again()
        return self._disable

    def _users_frames(self, start: FrameType) -> list[FrameType] | None:
        """The user's frames from `start` outwards, up to a border or the module that started all; None where a
        framework with a file here takes part."""
        found: list[FrameType] = []
        frame: FrameType | None = start
        for _ in range(_FRAMES_LIMIT):
            if frame is None:
                break
            kind = self._kind(frame.f_code.co_filename)
            if kind == BORDER:
                break
            if kind == OWN:
                if frame.f_code.co_name == "<module>":
                    break  # it runs what it started; none of the rest came with a request
                if self._is_candidate(frame.f_code):
                    found.append(frame)
            else:
                module = frame.f_globals.get("__name__")
                if type(module) is str and module.partition(".")[0] in self._known_packages:
                    return None
            frame = frame.f_back
        return found

    def _origin(self, frame: FrameType) -> tuple[Attributes, str]:
        code, namespace = frame.f_code, frame.f_globals
        # As a function, for the sake of its line alone; the user's own is not to be had from a frame.
        function = FunctionType(code, namespace, closure=tuple(CellType() for _ in code.co_freevars))
        module = namespace.get("__name__")
        module = module if type(module) is str else ""
        qualified: str = getattr(code, "co_qualname", code.co_name)
        name = f"{module}.{qualified}" if module else qualified
        site = Site(self._sources.path(code.co_filename), def_line(function), name, module)
        return self._prepare(EntryOrigin(site)), f"{site.path}:{site.line} {site.function}"

    def _remember(self, code: CodeType, attributes: Attributes, words: str) -> None:
        handlers = self._handlers
        key = id(code)

        def forget(dead: weakref.ref[CodeType]) -> None:
            held = handlers.get(key)
            if held is not None and held[0] is dead:
                handlers.pop(key, None)

        if len(handlers) >= _KEPT:
            handlers.clear()
        handlers[key] = weakref.ref(code, forget), attributes, words

    def _watch_all_again(self) -> None:
        """Have every function told of once more, a handler that was settled too early among them; at growing intervals,
        for requests without a handler (404) come at any time."""
        if self._now() < self._again_at or self._tool is None:
            return
        self._again_at = self._now() + self._wait
        self._wait = min(_LONGEST_WAIT_SECONDS, 2 * self._wait)
        self._monitoring.restart_events()

    def _kind(self, file_name: str) -> int:
        kind = self._kinds.get(file_name)
        if kind is None:
            if len(self._kinds) >= _OPEN_LIMIT:
                self._kinds.clear()
            kind = self._kinds[file_name] = self._sort(file_name)
        return kind


def _span_id(span: ReadableSpan) -> int:
    context = span._context  # what the property and the method lead to
    return context.span_id if context is not None else 0


def _stack() -> _Stack:
    """What stack the running code is on: its thread and its task, as far as asyncio knows."""
    task: object = None
    module = sys.modules.get("asyncio")
    if type(module) is ModuleType:
        loop = module._get_running_loop()
        task = module.current_task(loop) if loop is not None else None
    return threading.get_ident(), id(task)
