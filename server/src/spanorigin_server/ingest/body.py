"""Read a request's body: no more of it than is allowed, and no more than allowed comes out of its compression.

Called by `otlp` and `datadog`, and for what gRPC has compressed by `otlp_grpc`. A body is decompressed piece by piece,
so that a small one that would become huge is refused early; what it takes up meanwhile is held against `inflow`.
"""

from __future__ import annotations

import asyncio
import sys
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from starlette.requests import Request

    from spanorigin_server.ingest.inflow import Held

# Below this, decompressing takes less than handing it to a thread and back is worth.
_INLINE_BYTES = 1024 * 1024
_PIECE_BYTES = 1024 * 1024
# Each member leaves a copy of all that follows it, so a megabyte of empty ones would take seconds of copying. Who
# compresses a request writes one member; who does so in parallel, one a block of 128 kB.
_MEMBERS_MOST: Final = 512
# RFC 9659: over HTTP, zstd may ask for a window of 8 MB at most. Without it a few bytes could ask for 128 MB.
_ZSTD_OPTIONS: Final[dict[int, int]] = {zstd.DecompressionParameter.window_log_max: 23}


class _ZlibMember:
    """Zlib's decompressor, with the interface of zstd's."""

    def __init__(self, window_bits: int) -> None:
        self._inner = zlib.decompressobj(window_bits)
        self.needs_input = True

    def decompress(self, content: bytes, limit: int) -> bytes:
        piece = self._inner.decompress(self._inner.unconsumed_tail + content, limit)
        self.needs_input = not self._inner.unconsumed_tail and not piece
        return piece

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


# A body may be several members one after another, each wants a decompressor of its own.
_MEMBERS: Final[dict[str, Callable[[], Any]]] = {
    "gzip": lambda: _ZlibMember(16 + zlib.MAX_WBITS),
    "deflate": lambda: _ZlibMember(zlib.MAX_WBITS),
    "zstd": lambda: zstd.ZstdDecompressor(options=_ZSTD_OPTIONS),
}
ENCODINGS: Final = (*_MEMBERS, "identity")


class BodyTooLarge(Exception):  # noqa: N818  # named for what came about
    """More came than is allowed, compressed or not."""


class EncodingUnknown(Exception):  # noqa: N818  # likewise
    """The Content-Encoding is none of ENCODINGS; the exception's text is what was given."""


class BodyUnreadable(Exception):  # noqa: N818  # likewise
    """The body is not what its Content-Encoding says."""


async def read_body(request: Request, limit_bytes: int, held: Held) -> bytes:
    """The body, decompressed. Raises BodyTooLarge, EncodingUnknown, BodyUnreadable, or `inflow`'s QueueFull."""
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
        held.add(len(piece))
        pieces.append(piece)
    return await plain(b"".join(pieces), encoding, limit_bytes, held)


async def plain(body: bytes, encoding: str, limit_bytes: int, held: Held) -> bytes:
    """The body without its compression, `encoding` being one of ENCODINGS. Raises as `read_body` does."""
    if encoding == "identity":
        return body
    if len(body) < _INLINE_BYTES:
        return decompressed(body, encoding, limit_bytes, held)
    return await asyncio.to_thread(decompressed, body, encoding, limit_bytes, held)


def decompressed(body: bytes, encoding: str, limit_bytes: int, held: Held) -> bytes:
    """The content of all members of a compressed body."""
    pieces: list[bytes] = []
    size = members = 0
    while body:
        if (members := members + 1) > _MEMBERS_MOST:
            raise BodyUnreadable(f"it is compressed in more than {_MEMBERS_MOST} members")
        member = _MEMBERS[encoding]()
        while not member.eof:
            try:
                piece = member.decompress(body, _PIECE_BYTES)
            except (zlib.error, zstd.ZstdError) as error:
                raise BodyUnreadable(str(error)) from None
            size += len(piece)
            if size > limit_bytes:
                raise BodyTooLarge
            held.add(len(piece))
            if not piece and member.needs_input and not member.eof:
                raise BodyUnreadable("it ends too early")
            pieces.append(piece)
            body = b""
        body = member.unused_data
    return b"".join(pieces)
