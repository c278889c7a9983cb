"""Ask a running server over HTTP, for the commands that work on what it keeps. Answers may have any length."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from spanorigin_server.records import ServerError

DEFAULT_SERVER: Final = "http://localhost:4318"
# Between two pieces of an answer. A deletion answers when it is done.
_SILENCE_S: Final = 600.0


class Unanswered(ServerError):  # noqa: N818  # named for what came about
    """The server refused, or did not answer. `status` is HTTP's, 0 where there was none."""

    def __init__(self, message: str, *, slug: str, status: int = 0, retry_after_s: float | None = None) -> None:
        super().__init__(message, slug=slug)
        self.status = status
        self.retry_after_s = retry_after_s


class Asking:
    """A server at an address, and the token it is shown."""

    def __init__(self, address: str, token: str = "") -> None:
        if not address.startswith(("http://", "https://")):
            raise Unanswered(
                f"{address!r} is no server address. Give one that begins with http:// or https://, "
                f"such as {DEFAULT_SERVER}.",
                slug="server-address",
            )
        self.address = address.rstrip("/")
        self._token = token

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> http.client.HTTPResponse:
        """The answer, to be read and closed by the caller. Raises Unanswered unless its status is 200."""
        request = urllib.request.Request(self.address + path, body, dict(headers or {}), method=method)  # noqa: S310
        if self._token:
            request.add_header("authorization", f"Bearer {self._token}")
        try:
            answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_SILENCE_S)  # noqa: S310
        except urllib.error.HTTPError as refused:
            with refused:
                raise _refused(refused) from None
        except (OSError, http.client.HTTPException) as failure:
            reason = getattr(failure, "reason", failure)
            raise Unanswered(
                f"No spanorigin server answers at {self.address} ({reason}). "
                "Start one with 'spanorigin up', or name another with --server.",
                slug="server-not-reachable",
            ) from None
        return answer

    def ask_json(self, path: str, value: Any) -> Any:
        """POST JSON; the answer's JSON."""
        with self.ask("POST", path, msgspec.json.encode(value), {"content-type": "application/json"}) as answer:
            return msgspec.json.decode(answer.read())


def _refused(refused: urllib.error.HTTPError) -> Unanswered:
    content = refused.read()
    try:
        error = msgspec.json.decode(content)["error"]
        message, slug = str(error["message"]), str(error["slug"])
    except (msgspec.DecodeError, KeyError, TypeError):
        # OTLP's own form of a failure, or a proxy's page.
        message = content.decode(errors="replace").strip()[:500] or f"The server answered {refused.code}."
        slug = "server-refused"
    retry_after = refused.headers.get("retry-after", "")
    retry_after_s = float(retry_after) if retry_after.isdigit() else None
    return Unanswered(message, slug=slug, status=refused.code, retry_after_s=retry_after_s)
