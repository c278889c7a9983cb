"""Serve the built web UI: one page for every address of its own, and the files that page asks for.

Mounted by `app` behind the API. The folder is read once, about a megabyte: what is not in that list is not served, so
no path can lead out of it, and a page's dozen files cost the event loop no threads while it takes spans.
"""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from spanorigin_server.answers import error_answer
from spanorigin_server.sending import coding_for, is_held, not_modified

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

FOLDER: Final = Path(__file__).resolve().parent / "web"

# Scripts and styles from our own files only; the highlighted source and span names are text, and stay text.
POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
# Their names carry a hash of their content.
_FOREVER = "public, max-age=31536000, immutable"
_ASSETS = "assets/"

_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>spanorigin</title>
<h1>The web UI is not built</h1>
<p>The server runs and takes spans, but its web UI was not built into this installation.</p>
<p>In a checkout, run <code>make web</code> and reload this page. The API is at
<a href="/api/v1/health">/api/v1/health</a>, its description at
<a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    compressed: bytes | None
    etag: str


class Pages:
    """Where the router sends what is not the API's."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = _listed(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            response = self.answer(Request(scope, receive))
            await response(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """A file, the page, 404 or 405; for every path that no route takes."""
        path = request.url.path.lstrip("/")
        if path == "api" or path.startswith(("api/", "v1/")):
            return error_answer(404, "route-unknown", f"There is no route /{path}. /api/v1/openapi.json lists them.")
        if request.method not in {"GET", "HEAD"}:
            response = error_answer(405, "method-not-allowed", f"{request.method} is not for /{path}. Use GET.")
            response.headers["allow"] = "GET, HEAD"
            return response
        if path in self._files and path != "index.html":
            return _file_answer(self._files[path], request, _FOREVER if path.startswith(_ASSETS) else "no-cache")
        if path.startswith(_ASSETS) or (path and "text/html" not in request.headers.get("accept", "")):
            return error_answer(404, "route-unknown", f"There is nothing at /{path}. The UI is at /.")
        if "index.html" not in self._files:
            return HTMLResponse(_NOT_BUILT, headers={**_HEADERS, "cache-control": "no-store"})
        return _file_answer(self._files["index.html"], request, "no-cache")


def _listed(folder: Path) -> dict[str, _File]:
    if not folder.is_dir():
        return {}
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".gz"]
    return {path.relative_to(folder).as_posix(): _described(path) for path in found}


def _described(path: Path) -> _File:
    compressed = path.with_name(f"{path.name}.gz")
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    content = path.read_bytes()
    # Weak: it is of the content, whatever the coding that it comes in.
    etag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    return _File(content, media_type, compressed.read_bytes() if compressed.is_file() else None, etag)


def _file_answer(file: _File, request: Request, caching: str) -> Response:
    headers = {**_HEADERS, "cache-control": caching, "vary": "accept-encoding", "etag": file.etag}
    content = file.content
    if file.compressed is not None and coding_for(request.headers.get("accept-encoding", ""), ("gzip",)):
        headers["content-encoding"] = "gzip"
        content = file.compressed
    headers["content-length"] = str(len(content))
    answer = Response(b"" if request.method == "HEAD" else content, headers=headers, media_type=file.media_type)
    return not_modified(answer) if is_held(request, file.etag) else answer
