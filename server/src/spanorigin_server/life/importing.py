"""Read files of OTLP trace requests, and send them to a server. Called by `command`.

Files are what `spanorigin export` and the Collector's file exporter write: JSON with a request a line, or protobuf
with each message behind its length in 4 bytes, big-endian; a single message of either kind as well. All may be
compressed with gzip or zstd, as a whole or, as the Collector does, message by message.
"""

from __future__ import annotations

import gzip
import io
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from spanorigin_server.records import ServerError

from .asking import Asking, Unanswered

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
# Far more than a server takes in one request. What is compressed may have become more than fits into memory.
_MESSAGE_MOST: Final = 256 * 1024 * 1024
_PIECE_BYTES: Final = 1024 * 1024
# A server that is busy, full or stopping says so; by then it may have recovered.
PATIENCE_S: Final = 600.0
_RETRIED: Final = (429, 502, 503, 504)


class NotOtlp(ServerError):  # noqa: N818  # named for what came about
    """A file, or one of its entries, is not OTLP."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A trace request of a file, counted from 1."""

    number: int
    content: bytes
    is_json: bool


@dataclass(slots=True)
class Imported:
    """What was sent: entries, spans, and of these the refused; and entries that hold no spans, such as logs."""

    entries: int = 0
    spans: int = 0
    refused: int = 0
    others: int = 0


def entries_of(file: Path) -> Iterator[Entry]:
    """The requests of a file, one at a time. Raises NotOtlp."""
    try:
        with _plain(file) as opened:
            begin = opened.peek(4)  # type: ignore[attr-defined]  # all of _plain's are buffered
            if not begin:
                return
            if begin.lstrip()[:1] == b"{" or not begin.strip():
                yield from _lines(opened)
            else:
                yield from _frames(opened)
    except (OSError, EOFError, zlib.error, zstd.ZstdError) as error:
        raise _not_otlp(str(getattr(error, "strerror", None) or error), file) from None


def sent(
    asking: Asking, entries: Iterator[Entry], start: int = 1, wait: Callable[[float], Any] = time.sleep
) -> Imported:
    """Send entries to a server, from number `start` on; each is stored once this goes on to the next."""
    done = Imported()
    for entry in entries:
        if entry.number < start:
            continue
        spans = _spans(entry)
        if spans is None:
            done.others += 1
            continue
        try:
            done.refused += _sent_one(asking, entry, wait)
        except Unanswered as refusal:
            raise Unanswered(
                f"Entry {entry.number} was not stored: {refusal.message} {done.spans:,} spans of the entries before it "
                f"are. Go on with --start {entry.number}.",
                slug=refusal.slug,
                status=refusal.status,
            ) from None
        done.entries += 1
        done.spans += spans
    return done


def _sent_one(asking: Asking, entry: Entry, wait: Callable[[float], Any]) -> int:
    content_type = "application/json" if entry.is_json else "application/x-protobuf"
    waited_s = 0.0
    while True:
        try:
            with asking.ask("POST", "/v1/traces", entry.content, {"content-type": content_type}) as answer:
                return _refused(answer.read(), entry.is_json)
        except Unanswered as refusal:
            if refusal.status not in _RETRIED or waited_s > PATIENCE_S:
                raise
            pause_s = refusal.retry_after_s or 1.0
            wait(pause_s)
            waited_s += pause_s


def _refused(answer: bytes, is_json: bool) -> int:
    if is_json:
        return int(msgspec.json.decode(answer).get("partialSuccess", {}).get("rejectedSpans", 0))
    return int(ExportTraceServiceResponse.FromString(answer).partial_success.rejected_spans)


def _spans(entry: Entry) -> int | None:
    """How many spans an entry has; None where it is about something else, logs or metrics."""
    if not entry.is_json:
        try:
            request = ExportTraceServiceRequest.FromString(entry.content)
        except DecodeError as error:
            raise _not_otlp(f"entry {entry.number} is no trace request: {error}") from None
        return sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
    try:
        value = msgspec.json.decode(entry.content)
        if not isinstance(value, dict) or "resourceSpans" not in value:
            if isinstance(value, dict) and {"resourceLogs", "resourceMetrics", "resourceProfiles"} & set(value):
                return None
            raise _not_otlp(f"entry {entry.number} has no resourceSpans")
        return sum(
            len(scope.get("spans") or ())
            for resource in value["resourceSpans"] or ()
            for scope in resource.get("scopeSpans") or ()
        )
    except (msgspec.DecodeError, AttributeError, TypeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_otlp(f"entry {entry.number} is no trace request: {error}") from None


def _plain(file: Path) -> IO[bytes]:
    """The file, without the compression that it has as a whole."""
    opened = file.open("rb")
    begin = opened.peek(4)[:4]
    if begin.startswith(_GZIP):
        opened.close()
        return gzip.open(file, "rb")  # type: ignore[return-value]  # typeshed's GzipFile
    if begin == _ZSTD:
        opened.close()
        return io.BufferedReader(zstd.open(file, "rb"))
    return opened


def _lines(opened: IO[bytes]) -> Iterator[Entry]:
    number = 0
    while line := _bounded(opened.readline(_MESSAGE_MOST + 1), number + 1):
        if not line.strip():
            continue
        number += 1
        if number == 1 and not _is_json(line):
            # A single request, laid out over many lines.
            yield Entry(1, _with_rest(line, opened), is_json=True)
            return
        yield Entry(number, line, is_json=True)


def _frames(opened: IO[bytes]) -> Iterator[Entry]:
    head = opened.read(4)
    size = int.from_bytes(head, "big")
    content = opened.read(min(size, _MESSAGE_MOST))
    if len(head) < 4 or len(content) != size or not (content or opened.peek(1)):  # type: ignore[attr-defined]
        # No length that fits: a single message without one.
        begin = head + content
        del content  # as large as one may be
        yield _entry(1, _with_rest(begin, opened))
        return
    number = 0
    while True:
        number += 1
        yield _entry(number, content)
        head = opened.read(4)
        if not head:
            return
        size = int.from_bytes(head, "big")
        content = opened.read(min(size, _MESSAGE_MOST))
        if len(head) < 4 or len(content) != size:
            raise _not_otlp(f"entry {number + 1} says it has {size:,} bytes, and {len(content):,} are there")


def _with_rest(begin: bytes, opened: IO[bytes]) -> bytes:
    """`begin` and what follows, of which no more is read than one entry may have."""
    return _bounded(begin + opened.read(max(0, _MESSAGE_MOST + 1 - len(begin))), 1)


def _bounded(content: bytes, number: int) -> bytes:
    if len(content) > _MESSAGE_MOST:
        raise _not_otlp(f"entry {number} has more than {_MESSAGE_MOST // 1024**2} MB, more than a server takes at once")
    return content


def _entry(number: int, content: bytes) -> Entry:
    if content.startswith(_ZSTD):
        pieces, size = [], 0
        with zstd.open(io.BytesIO(content), "rb") as plain:
            while piece := plain.read(_PIECE_BYTES):
                pieces.append(piece)
                size += len(piece)
                if size > _MESSAGE_MOST:
                    break
        content = _bounded(b"".join(pieces), number)
    return Entry(number, content, is_json=content.lstrip()[:1] == b"{")


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _not_otlp(why: str, file: Path | None = None) -> NotOtlp:
    what = "The file" if file is None else str(file)
    return NotOtlp(
        f"{what} cannot be imported: {why}. It takes OTLP as JSON lines or protobuf; entries before are stored.",
        slug="file-not-otlp",
    )
