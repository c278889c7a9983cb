"""Give the span of a request the origin of the user's handler.

Called at request time by the files in `frameworks`, after routing and before the handler runs, with the handler as
the framework holds it. The hot path is a look-up by identity; finding the function and its line happens at first
sight of a handler (`handler.py`, `definition.py`) and keeps strings and numbers only, so no handler is kept alive.
"""

import sys
import weakref
from collections.abc import Callable
from types import MethodType, ModuleType
from typing import Any

from opentelemetry.sdk.trace import Span
from opentelemetry.trace import get_current_span

from spanorigin import names
from spanorigin.counters import Tally
from spanorigin.emit import Attach
from spanorigin.model import Attributes, EntryOrigin, Refusal, Site
from spanorigin.origin.definition import class_line, def_line
from spanorigin.origin.handler import DeclaredHandler, class_attribute, user_function
from spanorigin.source import Sources

_KEPT = 4096
"""Handlers remembered at most. Applications that make handlers as they run would otherwise grow the table."""

_ORIGIN_TYPES = frozenset({names.ORIGIN_TYPE, names.DATADOG_TYPE})

_Answer = tuple[Attributes, Attributes | None] | Refusal
"""What goes on the entry span, and what on the handler's own span where that is another one."""
Quicken = Callable[[Callable[..., None], dict[Any, Any]], Callable[..., None] | None]
"""Takes on_handler and the answers so far; gives one that does the same in less time, or None."""


class EntryRecorder:
    """Puts entry origins on local root spans. One per installation."""

    def __init__(
        self,
        sources: Sources,
        *,
        entry_span_for: Callable[[Span], Span | None],
        prepare: Callable[[EntryOrigin], Attributes],
        attach: Attach,
        tally: Tally,
        prepare_for_handler: Callable[[EntryOrigin], Attributes] | None = None,
        quicken: Quicken | None = None,
    ) -> None:
        """`entry_span_for` gives the local root that a span serves; `attach` overwrites nothing.

        With `prepare_for_handler` the span that is current when the handler runs is told of it as well. `quicken` may
        give an on_handler for the usual case, such as a walker in C has; decision 0110.
        """
        self._sources = sources
        self._entry_span_for = entry_span_for
        self._prepare = prepare
        self._prepare_for_handler = prepare_for_handler
        self._attach = attach
        self._tally = tally
        # By identity: a handler's own __hash__ and __eq__ are the user's code. The weak reference says whether the
        # object that had this identity is still the one, and takes the entry away when it dies.
        self._answers: dict[tuple[int, str | None], tuple[weakref.ref[object], _Answer]] = {}
        quick = None if quicken is None else quicken(self.on_handler, self._answers)
        if quick is not None:
            self.on_handler = quick  # type: ignore[method-assign]

    def on_handler(self, handler: object, verb: str | None = None) -> None:
        """Attach the origin of `handler` to the request's entry span, unless an outer handler has done so.

        `verb` chooses the method of a class-based handler, in any case. Raises nothing; a miss is counted with its
        reason. Without a recorded entry span it does nothing.
        """
        try:
            current = get_current_span()
            # What is not recorded, or not the SDK's, is not looked at.
            if not isinstance(current, Span) or not current.is_recording():
                return
            span = self._entry_span_for(current)
            if span is None:
                return
            answer = self._answer(handler, verb)
            if isinstance(answer, Refusal):
                refusal: Refusal | None = answer
            else:
                for_entry, for_handler = answer
                refusal = self._attach(span, for_entry)
                if refusal is None and for_handler is not None and span is not current:
                    self._attach(current, for_handler)
            # The outermost handler wins, so a span that has its origin already is no miss.
            if refusal is not None and _ORIGIN_TYPES.isdisjoint(span.attributes or {}):
                self._tally.miss(refusal, span)
        except Exception as error:
            self._tally.failure("entry", error)

    def _answer(self, handler: object, verb: str | None) -> _Answer:
        if type(handler) is MethodType:
            # A bound method is a new object at each look; the function behind it is the one that lasts. What it is
            # bound to decides nothing.
            handler = handler.__func__
        key = (id(handler), verb)
        known = self._answers.get(key)
        if known is not None and known[0]() is handler:
            return known[1]
        answer = self._resolve(handler, verb.lower() if verb is not None else None)
        self._remember(key, handler, answer)
        return answer

    def _remember(self, key: tuple[int, str | None], handler: object, answer: _Answer) -> None:
        answers = self._answers

        def forget(dead: weakref.ref[object]) -> None:
            known = answers.get(key)
            if known is not None and known[0] is dead:
                answers.pop(key, None)

        try:
            reference = weakref.ref(handler, forget)
        except TypeError:
            return  # an object that cannot be watched is looked into each time
        if len(answers) >= _KEPT:
            answers.clear()
        answers[key] = (reference, answer)

    def _resolve(self, handler: object, verb: str | None) -> _Answer:
        found = user_function(handler, verb, self._is_users)
        if isinstance(found, Refusal):
            return found
        site = self._declared_site(found) if isinstance(found, DeclaredHandler) else None
        if site is None and not isinstance(found, DeclaredHandler):
            module = found.__globals__.get("__name__")
            module = module if type(module) is str else ""
            name = f"{module}.{found.__qualname__}" if module else found.__qualname__
            site = Site(self._sources.path(found.__code__.co_filename), def_line(found), name, module)
        if site is None:
            return Refusal("class-line-unknown", "the line of the handler's class could not be found in its source")
        origin = EntryOrigin(site)
        return self._prepare(origin), None if self._prepare_for_handler is None else self._prepare_for_handler(origin)

    def _declared_site(self, found: DeclaredHandler) -> Site | None:
        """The line of the class that answers with inherited code, such as a generic view; decision 0021."""
        module = class_attribute(found.owner, "__module__")
        module = module if type(module) is str else ""
        loaded = sys.modules.get(module)
        file_name = loaded.__dict__.get("__file__") if type(loaded) is ModuleType else None
        line = class_line(found.owner, file_name) if type(file_name) is str else None
        if line is None or type(file_name) is not str:
            return None
        qualified = type.__dict__["__qualname__"].__get__(found.owner)
        return Site(self._sources.path(file_name), line, f"{module}.{qualified}.{found.method}", module)

    def _is_users(self, file_name: str) -> bool:
        return self._sources.verdict(file_name).accepted
