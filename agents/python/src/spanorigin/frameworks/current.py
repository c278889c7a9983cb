"""Announce a handler for a span that its instrumentation has not made current yet, or never does.

Asked by the files beside it that get hold of a message's span before the library turns to the user's function.
"""

from typing import Any

from opentelemetry.trace import use_span

from spanorigin.frameworks.hooks import Announcer


def announce_of(span: Any, handler: object, announcer: Announcer) -> None:
    """Announce `handler` as what `span` leads to; the context is afterwards what it was. No span, no announcement."""
    if span is not None:
        with use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False):
            announcer.handler(handler, None)
