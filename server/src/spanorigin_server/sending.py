"""How an answer leaves: compressed for who takes it so, and not at all when the reader has it already.

Asked by `answers` for whatever the API answers, and by `pages` for files. What is compressed here is JSON of our own;
an answer that is written piece by piece (live search, export) passes untouched.
"""

from __future__ import annotations

import hashlib
import re
import sys
import zlib
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Below this an answer fits into a few packets, and compressing it saves nobody anything.
COMPRESSED_FROM: Final = 16 * 1024
# Work of a millisecond or more is a thread's: the event loop takes spans.
_THREAD_FROM: Final = 256 * 1024
# The only levels worth their time here, of 8 MB of trace: zstd 15 ms for a third of the size, gzip 62 for 40 % of it.
_ZSTD_LEVEL: Final = 1
_GZIP_LEVEL: Final = 1
_GZIP_FORM: Final = 31

_REFUSED: Final = re.compile(r"q\s*=\s*0(\.0{0,3})?")

MAY_BE_KEPT: Final = "private, no-cache"
"""The cache-control of an answer that a browser may keep, if it asks each time whether it still holds."""


async def sent(request: Request, answer: Response) -> Response:
    """The answer as this request is best sent it: as it is, compressed, or 304 where the reader has it."""
    # Streams and files are of other types.
    if type(answer) is not Response or answer.status_code != 200 or "content-encoding" in answer.headers:
        return answer
    if len(answer.body) < _THREAD_FROM:
        return _sent(request, answer)
    return await anyio.to_thread.run_sync(_sent, request, answer)


def _sent(request: Request, answer: Response) -> Response:
    body = bytes(answer.body)
    if answer.headers.get("cache-control") == MAY_BE_KEPT:
        # Weak: it is of the content, whatever the coding that it comes in.
        mark = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        answer.headers["etag"] = mark
        if is_held(request, mark):
            return not_modified(answer)
    if len(body) >= COMPRESSED_FROM:
        answer.headers["vary"] = "accept-encoding"
        # Nobody on this machine gets gzip: both ends take 80 ms for a trace of 100,000 spans, and sending it as it is
        # takes less. zstd takes 20, about what it saves.
        codings = ("zstd",) if _is_near(request) else ("zstd", "gzip")
        coding = coding_for(request.headers.get("accept-encoding", ""), codings)
        if coding is not None:
            answer.body = zstd.compress(body, _ZSTD_LEVEL) if coding == "zstd" else _gzip(body)
            answer.headers["content-encoding"] = coding
            answer.headers["content-length"] = str(len(answer.body))
    return answer


def coding_for(accepted: str, codings: Sequence[str]) -> str | None:
    """The first of `codings` that an accept-encoding allows; None where it allows none.

    Source: RFC 9110, section 12.5.3.
    """
    offered = set()
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if not _REFUSED.fullmatch(weight.strip()):
            offered.add(name.strip())
    return next((coding for coding in codings if coding in offered), None)


def is_held(request: Request, mark: str) -> bool:
    """Whether the reader says that it has what bears this mark. Source: RFC 9110, section 13.1.2 (weak comparison)."""
    held = request.headers.get("if-none-match", "")
    return held.strip() == "*" or mark.removeprefix("W/") in {one.strip().removeprefix("W/") for one in held.split(",")}


def not_modified(answer: Response) -> Response:
    """304 with the headers that go along."""
    kept = ("etag", "cache-control", "vary", "content-security-policy", "x-content-type-options", "referrer-policy")
    return Response(status_code=304, headers={name: answer.headers[name] for name in kept if name in answer.headers})


def _gzip(body: bytes) -> bytes:
    return zlib.compress(body, _GZIP_LEVEL, _GZIP_FORM)


def _is_near(request: Request) -> bool:
    """Whether the reader is on this machine; one behind a proxy has the address that the proxy tells."""
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
