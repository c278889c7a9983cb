"""Ask a spanorigin server: the one place in the tools that speaks HTTP.

Every command, editor and agent goes through here. Shapes are those of contract/query-api.yaml; answers are checked as
they are decoded, so that a server of another age gives a clear error instead of a wrong answer.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import TypeVar

import msgspec

DEFAULT_SERVER = "http://localhost:4318"
_Answer = TypeVar("_Answer")


class Frame(msgspec.Struct, frozen=True):
    """One frame of the user's own code; `path` is repository-relative where the server knows the root."""

    file: str
    path: str
    line: int
    function: str


class Origin(msgspec.Struct, frozen=True):
    """Where a span comes from; `frames` is innermost first and begins with the origin itself."""

    type: str
    file: str
    path: str
    line: int
    function: str
    frames: list[Frame]


class Span(msgspec.Struct, frozen=True):
    """A row of a search. `start_ns` counts from the epoch, and comes as digits, since a double would lose it."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    service: str
    name: str
    resource: str
    kind: str
    start_ns: str
    duration_ns: int
    status: str
    http_status: int | None
    origin: Origin | None


class SpanPage(msgspec.Struct, frozen=True):
    spans: list[Span]
    cursor: str | None
    read_ns: int


class _Refusal(msgspec.Struct):
    slug: str
    message: str
    offset: int | None = None
    hint: str | None = None


class _RefusalAnswer(msgspec.Struct):
    error: _Refusal


class ServerError(Exception):
    """The server said no, or said nothing. The text is fit to be shown; `offset` points into a query."""

    def __init__(self, message: str, *, slug: str, offset: int | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.slug = slug
        self.offset = offset
        self.hint = hint


class Client:
    """A spanorigin server at `address`, such as http://localhost:4318. Keeps no connection open between calls."""

    def __init__(self, address: str = DEFAULT_SERVER, *, token: str = "", timeout_s: float = 30.0) -> None:
        """`token` is shown to the server where there is one. Raises ServerError for what is no address, or no token."""
        if not address.startswith(("http://", "https://")):
            raise ServerError(
                f"'{address}' is no server address. Give one that begins with http:// or https://, "
                f"such as {DEFAULT_SERVER}.",
                slug="server-address",
            )
        # In a header, other characters would be refused by Python with a traceback.
        if not (token.isascii() and token.isprintable()):
            raise ServerError(
                "SPANORIGIN_TOKEN has characters that no token has, such as a line break. Set it to what "
                "'spanorigin token add' printed.",
                slug="token-unknown",
            )
        self._address = address.rstrip("/")
        self._token = token
        self._timeout_s = timeout_s

    def search(self, query: str = "", *, limit: int = 100, window_s: float | None = None) -> Iterator[Span]:
        """Spans that match `query`, newest first, `limit` at most; of the last `window_s` seconds (default 15 min)."""
        parameters = {"q": query}
        if window_s is not None:
            parameters["from"] = str(time.time_ns() - int(window_s * 1e9))
        cursor: str | None = None
        while limit > 0:
            page_size = {"limit": str(min(limit, 1000))}
            page = self._get("/api/v1/spans", parameters | page_size | ({"cursor": cursor} if cursor else {}), SpanPage)
            yield from page.spans
            limit -= len(page.spans)
            cursor = page.cursor
            if cursor is None:
                return

    def _get(self, path: str, parameters: Mapping[str, str], shape: type[_Answer]) -> _Answer:
        url = f"{self._address}{path}?{urllib.parse.urlencode(parameters)}"
        headers = {"accept": "application/json"}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:  # noqa: S310
                return msgspec.json.decode(answer.read(), type=shape)
        except urllib.error.HTTPError as refused:
            raise _as_server_error(refused.code, refused.read(), url) from None
        except (urllib.error.URLError, TimeoutError, ConnectionError) as failure:
            reason = getattr(failure, "reason", failure)
            raise ServerError(
                f"No spanorigin server answers at {self._address} ({reason}). "
                "Start one with 'spanorigin up', or name another with --server.",
                slug="server-not-reachable",
            ) from None
        except msgspec.DecodeError as unknown:
            raise ServerError(
                f"{url} answered in a shape this version does not know ({unknown}). "
                "Is it a spanorigin server, and of the same release?",
                slug="server-answer-unknown",
            ) from None


# The server's own words are for programs of every kind; here it is known how the token is given.
_MAKE_ONE = "one that 'spanorigin token add NAME --right read' printed there."
_WITHOUT_RIGHTS = {
    "token-missing": "The server at {host} wants a token. Set SPANORIGIN_TOKEN to " + _MAKE_ONE,
    "token-unknown": "The server at {host} does not know the token in SPANORIGIN_TOKEN: it was mistyped, revoked, has "
    "run out, or is another server's. 'spanorigin token list' there shows those it has.",
    "right-missing": "The token in SPANORIGIN_TOKEN may not read at {host}. Set it to " + _MAKE_ONE,
}


def _as_server_error(status: int, body: bytes, url: str) -> ServerError:
    if status in (401, 403):
        return _not_let_in(status, body, url)
    try:
        refusal = msgspec.json.decode(body, type=_RefusalAnswer).error
    except msgspec.DecodeError:
        return ServerError(f"{url} answered {status}. Is it a spanorigin server?", slug="server-answer-unknown")
    return ServerError(refusal.message, slug=refusal.slug, offset=refusal.offset, hint=refusal.hint)


def _not_let_in(status: int, body: bytes, url: str) -> ServerError:
    host = urllib.parse.urlsplit(url).netloc
    try:
        refusal = msgspec.json.decode(body, type=_RefusalAnswer).error
    except msgspec.DecodeError:
        # A proxy in front of it, say, that wants a sign-in of its own.
        return ServerError(
            f"{host} answered {status}, in words that are not a spanorigin server's. Something in front of it wants to "
            "know who asks: go past it, or ask whoever runs it.",
            slug="server-answer-unknown",
        )
    words = _WITHOUT_RIGHTS.get(refusal.slug)
    return ServerError(words.format(host=host) if words else refusal.message, slug=refusal.slug)
