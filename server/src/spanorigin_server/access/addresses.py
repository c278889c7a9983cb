"""Which requests come from where they should: a check of what browsers say, before anything else looks at a request.

A page on the internet can make a visitor's browser send requests to this machine. Three headers give it away: a Host
that is a name from outside (DNS rebinding), an Origin that is another page, and Sec-Fetch-Site. On loopback, where
nobody signs in, these checks are what protects the data (decisions 0036, 0240).
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from spanorigin_server.answers import error_answer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# For this server's own pages. Spans may come from those of other ports of this machine too: they are shown there.
_OWN = ("/api/", "/metrics")
# Kubernetes' own, and those that are kept for private networks (RFC 6762, RFC 8375, ICANN's resolution of July 2024).
_LOCAL = (".svc", ".cluster.local", ".local", ".internal", ".home.arpa")


class Access:
    """Middleware: lets a request through, or answers 403 with the reason."""

    def __init__(self, app: ASGIApp, bound_host: str, public_url: str = "") -> None:
        """`public_url` is where a proxy in front of the server is reached; its name is the server's own too."""
        self._app = app
        self._bound_host = bound_host.lower()
        self._public_url = public_url
        self._public_host = (urlsplit(public_url).hostname or "").lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            slug, message = refusal
            await error_answer(403, slug, message)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[str, str] | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        if host and not self._is_ours(name_of(host)):
            return "host-not-ours", (
                f"The request is for the host {host!r}, which is not a name of this server, so it may come from a page "
                "that means another site. Use http://localhost, an address, or start with --host and that name, or "
                "with --public-url where a proxy stands in front."
            )
        is_for_own_pages = scope["path"].startswith(_OWN)
        if scope["method"] in _READING:
            # It could not read the answer. But how long that takes tells what there is, and asking costs us.
            is_from_elsewhere = headers.get(b"sec-fetch-site") == b"cross-site"
            if is_for_own_pages and is_from_elsewhere and headers.get(b"sec-fetch-mode") != b"navigate":
                return "origin-not-ours", (
                    "The request was made by a page of another site, and only pages of this server may ask it "
                    "anything. Open the address in a tab of its own, or ask from a program."
                )
            return None
        origin = headers.get(b"origin", b"").decode("latin-1")
        if not origin or is_own_page(origin, host, self._public_url):
            return None
        if is_for_own_pages:
            return "origin-not-ours", (
                f"The request was made by a page of {origin}, and only pages of this server itself may change "
                "anything. Where a proxy stands in front, start the server with --public-url and its address."
            )
        if is_loopback_origin(origin):
            return None
        return "origin-not-ours", (
            f"The request was made by a page of {origin}, and only pages of this server and of this machine may "
            "send anything. Send through a collector, or serve the page from localhost."
        )

    def _is_ours(self, name: str) -> bool:
        if _is_address(name) or name == "localhost" or name.endswith(".localhost"):
            return True
        if name in (self._bound_host, self._public_host):
            return True
        # Beyond loopback, names of the local network too: a container's service name, this machine's name. A name
        # without a dot cannot be an internet site's, nor one that ends so.
        is_local = "." not in name or name.endswith(_LOCAL) or name == socket.gethostname().lower()
        return is_local and not is_loopback(self._bound_host)


def is_loopback(host: str) -> bool:
    """Does this host name or address reach this machine only?"""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def is_loopback_origin(origin: str) -> bool:
    """Is this a browser's origin for a page that this machine served?"""
    try:
        parts = urlsplit(origin)
    except ValueError:  # an address that has no end, say
        return False
    return parts.scheme in {"http", "https"} and is_loopback(parts.hostname or "")


def name_of(host: str) -> str:
    """The name or address in a Host header, without port and brackets, in lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def is_own_page(origin: str, host: str, public_url: str) -> bool:
    """Is a browser's origin the very host, port included, that the request is for, or where a proxy shows us?

    Many a proxy writes a Host of its own, so that its pages are known by the latter alone.
    """
    try:
        given, public = urlsplit(origin), urlsplit(public_url)
    except ValueError:
        return False
    if public.netloc and (given.scheme, given.netloc.lower()) == (public.scheme, public.netloc.lower()):
        return True
    return given.netloc.lower() == host.lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
