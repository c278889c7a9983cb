"""Where a page of a search ended, as a text that a reader hands back to go on. Opaque to readers, checked here."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from dataclasses import dataclass

from spanorigin_server.answers import Refused
from spanorigin_server.store.reader import Place

# Version; which search; range; place of the last span; checksum of all before.
_BODY = struct.Struct(">BIqqq16s8s")
_CHECK = struct.Struct(">I")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """A search (by its mark), its time range, and the last span that was shown of it."""

    mark: int
    start_ns: int
    end_ns: int
    after: Place


def query_mark(text: str) -> int:
    """A number by which a search's cursor is told from another's."""
    return zlib.crc32(text.strip().encode())


def written_cursor(cursor: Cursor) -> str:
    """The cursor as URL-safe text."""
    place = cursor.after
    ids = bytes.fromhex(place.trace_id), bytes.fromhex(place.span_id)
    body = _BODY.pack(_VERSION, cursor.mark, cursor.start_ns, cursor.end_ns, place.start_ns, *ids)
    return base64.urlsafe_b64encode(body + _CHECK.pack(zlib.crc32(body))).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """The cursor that `text` is. Raises Refused when it is none, or was cut or changed on its way."""
    try:
        packed = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        body, check = packed[: _BODY.size], packed[_BODY.size :]
        (expected,) = _CHECK.unpack(check)
        version, mark, start_ns, end_ns, after_ns, trace_id, span_id = _BODY.unpack(body)
    except (binascii.Error, struct.error, ValueError):
        raise _refusal() from None
    if version != _VERSION or expected != zlib.crc32(body) or not 0 <= start_ns <= after_ns < end_ns:
        raise _refusal()
    return Cursor(mark, start_ns, end_ns, Place(after_ns, trace_id.hex(), span_id.hex()))


def _refusal() -> Refused:
    message = "The cursor was not made by this server, or was cut. Ask for the first page, without a cursor."
    return Refused(message, slug="cursor-unreadable")
