"""The server's own spans, on request: one for each question it answers, put into its own store.

`app` starts it where SPANORIGIN_OWN_SPANS is set. A span that is stored makes no span: requests with spans are not told
of here, and what is gathered goes to the batch and through no route, so nothing feeds on itself.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from spanorigin_server.ingest.intake import FAILURES
from spanorigin_server.ingest.request import scopes_of

if TYPE_CHECKING:
    from spanorigin_server.ingest.batch import Batch

SERVICE: Final = "spanorigin-server"
WAITING_MOST: Final = 2048
_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered; times are nanoseconds since the epoch."""

    route: str
    method: str
    status: int
    began_ns: int
    ended_ns: int


@dataclass(slots=True)
class OwnSpans:
    """Gathers what was answered and stores it once a second. Used from one event loop."""

    batch: Batch
    version: str
    dropped: int = 0
    _waiting: list[Answered] = field(default_factory=list)

    def note(self, answered: Answered) -> None:
        """Raises nothing, and waits for nothing: what is too much is left out and counted."""
        if len(self._waiting) < WAITING_MOST:
            self._waiting.append(answered)
        else:
            self.dropped += 1

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        while True:
            await asyncio.sleep(_EVERY_S)
            await self.store()

    async def store(self) -> None:
        """Store what is gathered; what the store does not take now is left out."""
        gathered, self._waiting = self._waiting, []
        if not gathered:
            return
        try:
            await self.batch.commit(scopes_of(self._request(gathered).SerializeToString()))
        except FAILURES:
            self.dropped += len(gathered)

    def _request(self, gathered: list[Answered]) -> ExportTraceServiceRequest:
        request = ExportTraceServiceRequest()
        resource_spans = request.resource_spans.add()
        resource_spans.resource.attributes.extend(
            [_text("service.name", SERVICE), _text("host.name", os.uname().nodename)]
        )
        scope_spans = resource_spans.scope_spans.add()
        scope_spans.scope.name, scope_spans.scope.version = "spanorigin_server", self.version
        scope_spans.spans.extend(_span(answered) for answered in gathered)
        return request


def _span(answered: Answered) -> Span:
    span = Span(
        trace_id=os.urandom(16),
        span_id=os.urandom(8),
        name=f"{answered.method} {answered.route}",
        kind=Span.SPAN_KIND_SERVER,
        start_time_unix_nano=answered.began_ns,
        end_time_unix_nano=answered.ended_ns,
        attributes=[
            _text("http.request.method", answered.method),
            _text("http.route", answered.route),
            KeyValue(key="http.response.status_code", value=AnyValue(int_value=answered.status)),
        ],
    )
    if answered.status >= 500:
        span.status.code = Status.STATUS_CODE_ERROR
    return span


def _text(key: str, text: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=text))
