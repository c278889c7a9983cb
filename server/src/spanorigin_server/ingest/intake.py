"""What every door does with a request once it has its bytes: store its spans, or say why not.

Called by `otlp` (HTTP), `otlp_grpc` and `datadog`. Each of them tells a failure in its own protocol's words, and all of
them take it from one table here. Source: the OTLP specification, "Failures"; decision 0034 has the reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from spanorigin_server.ingest.batch import Draining, RequestTooLarge
from spanorigin_server.ingest.body import ENCODINGS, BodyTooLarge, BodyUnreadable, EncodingUnknown
from spanorigin_server.ingest.inflow import Inflow, QueueFull
from spanorigin_server.ingest.request import RequestRefused
from spanorigin_server.records import NotHere, StoreFailed
from spanorigin_server.room import DiskFull

if TYPE_CHECKING:
    from spanorigin_server.ingest.batch import Batch
    from spanorigin_server.room import Room
    from spanorigin_server.store.writer import ScopeSpans

RETRY_AFTER_S: Final = 1
FULL_RETRY_AFTER_S: Final = 10
_RESOURCE_EXHAUSTED: Final = 8
_UNIMPLEMENTED: Final = 12

# What `failure_of` has words for. Anything else is a mistake of ours.
FAILURES: Final = (
    EncodingUnknown,
    BodyTooLarge,
    BodyUnreadable,
    RequestTooLarge,
    RequestRefused,
    QueueFull,
    Draining,
    DiskFull,
    NotHere,
    StoreFailed,
)

REFUSED_IDS: Final = (
    "a trace id has to be 16 bytes, a span id 8, and neither all zeros. The others are stored. [span-ids-invalid]"
)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why nothing of a request is stored. `retry_after_s` where the same request may be sent again."""

    status: int  # of HTTP; `answer` has google.rpc's
    slug: str
    message: str
    retry_after_s: int | None = None
    grpc_code: int | None = None  # where it is not the one that goes with the status

    @property
    def text(self) -> str:
        return f"{self.message} [{self.slug}]"


@dataclass(slots=True)
class Intake:
    """One for all doors, since their requests share one memory and one store."""

    batch: Batch
    body_limit_bytes: int
    room: Room | None = None
    # Raises NotHere where the store takes no spans from us.
    check_takes_spans: Callable[[], None] = lambda: None
    inflow: Inflow = field(default_factory=Inflow)
    # Told the slug of every refusal.
    refused: Callable[[str], None] = lambda _slug: None

    async def store(self, scopes: Sequence[ScopeSpans]) -> int:
        """Commit a request's spans; how many were refused. Raises DiskFull, and what `Batch.commit` raises."""
        self.check_takes_spans()
        # Nothing to store is stored: an exporter's test of the connection, say.
        if not scopes:
            return 0
        if self.room is not None and self.room.is_short:
            raise DiskFull(self.room.told())
        return (await self.batch.commit(scopes)).rejected

    def failure_of(self, error: Exception, request_name: str) -> Failure:
        """What to answer for one of FAILURES; `request_name` is what the body should have been."""
        failure = self._failure_of(error, request_name)
        self.refused(failure.slug)
        return failure

    def _failure_of(self, error: Exception, request_name: str) -> Failure:
        match error:
            case EncodingUnknown():
                message = f"The Content-Encoding is {error}. Send {', '.join(ENCODINGS)}, or none."
                return Failure(415, "content-encoding-unknown", message)
            case BodyTooLarge() | RequestTooLarge():
                limit = self.body_limit_bytes // (1024 * 1024)
                message = (
                    f"The request is larger than what the server takes ({limit} MB after decompression, less for very "
                    "many small spans). Send smaller batches, or raise SPANORIGIN_MAX_BODY_MB."
                )
                return Failure(413, "request-too-large", message)
            case QueueFull():
                message = "More spans are waiting to be stored than may wait. Send these again after a moment."
                return Failure(429, "queue-full", message, RETRY_AFTER_S)
            case DiskFull():
                message = f"{error} Nothing of the request was stored; send it again later."
                return Failure(503, "disk-full", message, FULL_RETRY_AFTER_S, _RESOURCE_EXHAUSTED)
            case Draining():
                message = "The server is stopping. Send these again once it runs."
                return Failure(503, "server-stopping", message, RETRY_AFTER_S)
            case NotHere():
                return Failure(501, error.slug, error.message, grpc_code=_UNIMPLEMENTED)
            case StoreFailed():
                message = f"{error.message} Nothing of the request was stored; it will be tried again if sent again."
                return Failure(503, error.slug, message, RETRY_AFTER_S)
            case _:
                message = f"The body is not {request_name}: {error}. Nothing of it was stored."
                return Failure(400, "request-not-otlp" if "OTLP" in request_name else "request-not-datadog", message)
