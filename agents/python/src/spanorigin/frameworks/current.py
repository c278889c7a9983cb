"""Announce a handler where its span is not current yet, or never will be, or is so with nothing of a library's between.

Asked by the files beside it that get hold of a message's span, or of the tracer that starts it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.trace import use_span

from spanorigin.frameworks.hooks import Announcer


def announce_of(span: Any, handler: object, announcer: Announcer) -> None:
    """Announce `handler` as what `span` leads to; the context is afterwards what it was. No span, no announcement."""
    if span is not None:
        with use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False):
            announcer.handler(handler, None)


class AnnouncingTracer:
    """An instrumentation's tracer, which announces `find()`, unless that is None, once a span of its is current.

    What it adds has run when the handler starts, and is not on its stack.
    """

    def __init__(self, tracer: Any, find: Callable[[], object], announcer: Announcer) -> None:
        self._tracer = tracer
        self._find = find
        self._announcer = announcer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tracer, name)

    @contextmanager
    def start_as_current_span(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with self._tracer.start_as_current_span(*args, **kwargs) as span:
            try:
                handler = self._find()
                if handler is not None:
                    self._announcer.handler(handler, None)
            except Exception as error:
                self._announcer.failed(error)
            yield span
