"""What is left of the processor while exit capture is switched off: entry spans are seen, calls cost one comparison.

Put by `agent` in the place of `origin.processor`, which it passes entry spans on to. The opposite needs no such filter:
without entries the processor has an attribute to look at, for spans of which there is one a request.
"""

from __future__ import annotations

from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor
from opentelemetry.trace import SpanKind

_SERVER: Final = SpanKind.SERVER
_CONSUMER: Final = SpanKind.CONSUMER


class EntriesOnly(SpanProcessor):
    """Lets SERVER and CONSUMER spans through. Raises nothing."""

    def __init__(self, processor: SpanProcessor) -> None:
        self._processor = processor

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        kind = getattr(span, "_kind", None)  # the property costs more than the decision
        if kind is _SERVER or kind is _CONSUMER:
            self._processor.on_start(span, parent_context)
