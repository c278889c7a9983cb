"""The pages where a person signs in and out, and the route that says who they are.

Mounted by `app`. A browser cannot be given a token for each request, so a token typed in here begins a session whose
cookie does it. No script is needed, and the page holds no data.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, quote

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from spanorigin_server.answers import json_answer

from . import principal
from .addresses import is_own_page
from .gate import WHO, address_of
from .oidc import Oidc, SignInFailed
from .principal import NOBODY, Principal
from .scopes import Right
from .sessions import cookie_of, set_cookie
from .strangers import Strangers
from .tokens import Token, TokensUnreadable

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from .gate import Gate

_STATE_COOKIE: Final = "spanorigin-sign-in"
_FORM_MOST: Final = 8 * 1024
# Of the threads that everybody shares, so many at most wait for a provider that does not answer.
_ASKING_MOST: Final = 4
_STYLE: Final = (
    "body{font:16px system-ui,sans-serif;max-width:26rem;margin:14vh auto;padding:0 1rem;color-scheme:light dark}"
    "input,button,a.button{font:inherit;padding:.5rem .7rem;box-sizing:border-box}"
    "input{width:100%;margin:.3rem 0 .8rem}.wrong{border-left:3px solid #c33;padding-left:.7rem}"
)
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    # With no-referrer a browser hides the origin of a form too, and by that we know our own page.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class SignIn:
    gate: Gate
    is_secure: bool
    public_url: str = ""
    oidc: Oidc | None = None
    strangers: Strangers = field(default_factory=Strangers)
    asking: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(_ASKING_MOST))

    def routes(self) -> list[Route]:
        return [
            Route("/sign-in", self._page, methods=["GET"]),
            Route("/sign-in", self._sign_in, methods=["POST"]),
            Route("/sign-in/oidc", self._to_provider, methods=["GET"]),
            Route("/sign-in/callback", self._from_provider, methods=["GET"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
            Route("/api/v1/session", self._session, methods=["GET"]),
        ]

    async def _page(self, request: Request) -> Response:
        return self._shown(request, local_address(request.query_params.get("next", "/")))

    async def _sign_in(self, request: Request) -> Response:
        form = await _form(request)
        to = local_address(form.get("next", "/"))
        if not self._is_own(request):
            return self._shown(request, to, "That form was not one of this server's pages. Sign in here.", 403)
        try:
            token = self.gate.tokens.of_secret(form.get("token", "").strip())
        except TokensUnreadable as failure:
            return self._shown(request, to, failure.message, 503)
        if token is None:
            await self._note_stranger(request, "sign-in with a token that is none", 401)
            message = "That is no token of this server: it was mistyped, was revoked, or has run out."
            return self._shown(request, to, message, 401)
        if Right.READ not in token.rights:
            message = f"The token {token.name!r} may not read, so there would be nothing to see. Use another one."
            return self._shown(request, to, message, 403)
        await self._note(request, principal.of_token(token.name, token.rights), "sign-in", 303)
        return self._begun(token, to)

    def _begun(self, token: Token, to: str) -> Response:
        value = self.gate.sessions.begin(principal.of_token(token.name, token.rights), token.id)
        response = RedirectResponse(to, 303, headers={"cache-control": "no-store"})
        response.headers.append("set-cookie", set_cookie(value, is_secure=self.is_secure))
        return response

    async def _to_provider(self, request: Request) -> Response:
        to = local_address(request.query_params.get("next", "/"))
        if self.oidc is None:
            return self._shown(request, to, "This server has no provider to sign in with.", 404)
        scheme = "https" if self.is_secure else request.url.scheme
        ours = self.public_url or f"{scheme}://{request.headers.get('host', 'localhost')}"
        oidc, redirect_uri = self.oidc, f"{ours}/sign-in/callback"
        try:
            address, state = await anyio.to_thread.run_sync(lambda: oidc.begun(redirect_uri, to), limiter=self.asking)
        except SignInFailed as failure:
            return self._shown(request, to, f"{failure.message} [{failure.slug}]", 502)
        response = RedirectResponse(address, 303, headers={"cache-control": "no-store"})
        cookie = set_cookie(state, is_secure=self.is_secure, max_age_s=600, path="/sign-in", name=_STATE_COOKIE)
        response.headers.append("set-cookie", cookie)
        return response

    async def _from_provider(self, request: Request) -> Response:
        if self.oidc is None:
            return self._shown(request, "/", "This server has no provider to sign in with.", 404)
        oidc, answer = self.oidc, dict(request.query_params)
        state = cookie_of(request.headers.get("cookie", ""), _STATE_COOKIE) or ""
        try:
            who, to = await anyio.to_thread.run_sync(lambda: oidc.finished(answer, state), limiter=self.asking)
        except SignInFailed as failure:
            status = 502 if failure.slug == "oidc-unreachable" else 403
            await self._note_stranger(request, f"sign-in refused: {failure.slug}", status)
            return self._shown(request, "/", f"{failure.message} [{failure.slug}]", status)
        await self._note(request, who, "sign-in", 303)
        response = RedirectResponse(to, 303, headers={"cache-control": "no-store"})
        value = self.gate.sessions.begin(who)
        response.headers.append("set-cookie", set_cookie(value, is_secure=self.is_secure))
        ended = set_cookie("", is_secure=self.is_secure, max_age_s=0, path="/sign-in", name=_STATE_COOKIE)
        response.headers.append("set-cookie", ended)
        return response

    async def _sign_out(self, request: Request) -> Response:
        if not self._is_own(request):
            return self._shown(request, "/", "That form was not one of this server's pages.", 403)
        value = cookie_of(request.headers.get("cookie", ""))
        if value:
            await self._note(request, request.scope["state"][WHO], "sign-out", 303)
            self.gate.sessions.end(value)
        response = RedirectResponse("/sign-in", 303)
        response.headers.append("set-cookie", set_cookie("", is_secure=self.is_secure, max_age_s=0))
        return response

    def _is_own(self, request: Request) -> bool:
        """Was the form one of ours? Otherwise a page elsewhere could sign somebody in as another, or out."""
        origin = request.headers.get("origin", "")
        return not origin or is_own_page(origin, request.headers.get("host", ""), self.public_url)

    async def _note(self, request: Request, who: Principal, what: str, status: int) -> None:
        origin = address_of(request.scope)
        await anyio.to_thread.run_sync(self.gate.audit.add, who.name, who.kind, origin, what, status)

    async def _note_stranger(self, request: Request, what: str, status: int) -> None:
        line = self.strangers.line(what)
        if line is not None:
            await self._note(request, NOBODY, line, status)

    async def _session(self, request: Request) -> Response:
        who: Principal = request.scope["state"][WHO]
        rights = [right.value for right in Right if right in who.rights]
        return json_answer({"name": who.name, "kind": who.kind, "rights": rights, "is_demanded": self.gate.demands})

    def _shown(self, request: Request, to: str, wrong: str = "", status: int = 200) -> Response:
        who: Principal = request.scope["state"][WHO]
        if not self.gate.demands:
            body = "<p>Nobody has to sign in here: the server listens to this machine only.</p><p><a href='/'>Go on</a>"
        elif who is not NOBODY and not wrong:
            body = (
                f"<p>You are signed in as {escape(who.name)}.</p><form method=post action=/sign-out>"
                "<button>Sign out</button></form><p><a href='/'>Go on</a>"
            )
        else:
            provider = (
                f"<p><a class=button href='/sign-in/oidc?next={quote(to)}'>Sign in with your organisation</a></p>"
                if self.oidc is not None
                else ""
            )
            body = (
                f"{provider}<form method=post action=/sign-in>"
                f"<input type=hidden name=next value='{escape(to, quote=True)}'>"
                "<label>Token<input name=token type=password autocomplete=current-password required autofocus></label>"
                "<button>Sign in</button></form>"
                "<p>Whoever runs the server makes one: <code>spanorigin token add NAME --right read</code></p>"
            )
        said = f"<p class=wrong role=alert>{escape(wrong)}</p>" if wrong else ""
        page = (
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<title>Sign in · spanorigin</title><style>{_STYLE}</style><h1>spanorigin</h1>{said}{body}"
        )
        return HTMLResponse(page, status, headers=_HEADERS)


class SignInFirst:
    """The UI's pages, for who is signed in; who opens one of them otherwise is led to /sign-in."""

    def __init__(self, pages: ASGIApp, gate: Gate) -> None:
        self._pages = pages
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._gate.demands and self._is_page(scope):
            who = self._gate.admitted_scope(scope, Right.READ)
            if not isinstance(who, Principal):
                query = scope["query_string"].decode("latin-1")
                to = quote(scope["path"] + (f"?{query}" if query else ""), safe="/")
                response = RedirectResponse(f"/sign-in?next={to}", 303, headers={"cache-control": "no-store"})
                await response(scope, receive, send)
                return
        await self._pages(scope, receive, send)

    def _is_page(self, scope: Scope) -> bool:
        accept = next((value for key, value in scope["headers"] if key == b"accept"), b"")
        return (
            scope["method"] == "GET" and b"text/html" in accept and not scope["path"].startswith(("/assets/", "/api/"))
        )


def local_address(address: str) -> str:
    """The address, if it is one of this UI's; a page elsewhere must not be reached by way of our sign-in."""
    is_local = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_local else "/"


async def _form(request: Request) -> dict[str, str]:
    """A small form's fields. Whatever is too long or is none has no fields."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _FORM_MOST:
            return {}
    fields = parse_qs(bytes(body).decode("utf-8", "replace"), max_num_fields=10) if body.count(b"&") < 10 else {}
    return {key: values[0] for key, values in fields.items()}
