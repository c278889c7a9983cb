"""Read a request's body: no more of it than is allowed, and no more than allowed comes out of its compression.

Called by `otlp`. A body is decompressed piece by piece, so that a small one that would become huge is refused early.
"""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request

ENCODINGS: Final = ("gzip", "deflate", "identity")

# Below this, decompressing takes less than handing it to a thread and back is worth.
_INLINE_BYTES = 1024 * 1024
_PIECE_BYTES = 1024 * 1024
_GZIP, _ZLIB = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS


class BodyTooLarge(Exception):  # noqa: N818  # named for what came about
    """More came than is allowed, compressed or not."""


class EncodingUnknown(Exception):  # noqa: N818  # likewise
    """The Content-Encoding is none of ENCODINGS; the exception's text is what was given."""


class BodyUnreadable(Exception):  # noqa: N818  # likewise
    """The body is not what its Content-Encoding says."""


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """The body, decompressed. Raises BodyTooLarge, EncodingUnknown or BodyUnreadable."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ENCODINGS:
        raise EncodingUnknown(encoding)
    if int(request.headers.get("content-length") or 0) > limit_bytes:
        raise BodyTooLarge
    pieces: list[bytes] = []
    received = 0
    async for piece in request.stream():
        received += len(piece)
        if received > limit_bytes:
            raise BodyTooLarge
        pieces.append(piece)
    body = b"".join(pieces)
    if encoding == "identity":
        return body
    window_bits = _GZIP if encoding == "gzip" else _ZLIB
    if len(body) < _INLINE_BYTES:
        return decompressed(body, window_bits, limit_bytes)
    return await asyncio.to_thread(decompressed, body, window_bits, limit_bytes)


def decompressed(body: bytes, window_bits: int, limit_bytes: int) -> bytes:
    """The content of all members of a compressed body."""
    pieces: list[bytes] = []
    size = 0
    while body:
        member = zlib.decompressobj(window_bits)
        while not member.eof:
            try:
                piece = member.decompress(body, _PIECE_BYTES)
            except zlib.error as error:
                raise BodyUnreadable(str(error)) from None
            size += len(piece)
            if size > limit_bytes:
                raise BodyTooLarge
            if not piece and not member.unconsumed_tail and not member.eof:
                raise BodyUnreadable("it ends too early")
            pieces.append(piece)
            body = member.unconsumed_tail
        body = member.unused_data
    return b"".join(pieces)
