"""Decide who a request is from and whether they may: once for every route and every door.

`guarded` puts the decision before each route that `app` mounts; a door that is no route (OTLP/gRPC) asks
`Gate.admitted` itself. On loopback nobody has to say who they are, unless it was asked for; elsewhere a token or a
session is demanded (decision 0171).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import anyio.to_thread
from starlette.routing import Route

from spanorigin_server.answers import error_answer

from . import principal
from .addresses import is_own_page
from .audit import Audit, AuditNotWritten
from .principal import ANYONE_HERE, NOBODY, Principal
from .scopes import MEANINGS, Need, Right, need_of
from .sessions import Sessions, cookie_of
from .tokens import Tokens, TokensUnreadable

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_CHANGING: Final = frozenset({Right.WRITE, Right.ADMIN})
# Where the answer to "who?" lies for the rooms behind: scope["state"][WHO].
WHO: Final = "who"
# A room may say here what it changed, in words for the audit log: scope["state"][WHAT].
WHAT: Final = "what"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is not let in: a status of HTTP, and a message with its slug."""

    status: int
    slug: str
    message: str

    @property
    def text(self) -> str:
        return f"{self.message} [{self.slug}]"

    def answer(self) -> Response:
        response = error_answer(self.status, self.slug, self.message)
        # What was not read of the body must not be taken for the next request.
        response.headers["connection"] = "close"
        if self.status == 401:
            response.headers["www-authenticate"] = 'Bearer realm="spanorigin"'
        if self.status == 503:
            response.headers["retry-after"] = "1"
        return response


@dataclass(slots=True)
class Gate:
    """`demands` says whether anybody has to say who they are. `audit` is told of every change, whoever makes it."""

    tokens: Tokens
    sessions: Sessions
    audit: Audit
    demands: bool
    # Where a proxy in front of the server is reached.
    public_url: str = ""
    # Told the slug of every refusal.
    refused: Callable[[str], None] = lambda _slug: None

    def admitted(self, need: Need, *, authorization: str = "", key: str = "", cookie: str = "") -> Principal | Refusal:
        """Who shows this, where they may do what is needed; otherwise why not.

        `authorization` is the header of that name, `key` the one Datadog's programs have for it, `cookie` a browser's.
        """
        if not self.demands:
            return ANYONE_HERE
        try:
            who = self._who(authorization, key, cookie)
        except TokensUnreadable as failure:
            return _opened(need) or Refusal(503, failure.slug, failure.message)
        if isinstance(who, Refusal):
            return _opened(need) or who
        if who.may(need):
            return who
        if who is NOBODY:
            return Refusal(
                401,
                "token-missing",
                "This server lets nobody in who does not say who they are. Send a token of its `spanorigin token add` "
                "as 'Authorization: Bearer TOKEN', or sign in at /sign-in.",
            )
        assert need is not None
        return Refusal(
            403,
            "right-missing",
            f"This takes the right '{need}' ({MEANINGS[need]}), and {who.name} has "
            f"{', '.join(sorted(who.rights)) or 'none'}. Use another token, or ask whoever runs the server.",
        )

    def _who(self, authorization: str, key: str, cookie: str) -> Principal | Refusal:
        scheme, _, secret = authorization.partition(" ")
        secret = secret.strip() if scheme.lower() == "bearer" else key.strip()
        if secret:
            token = self.tokens.of_secret(secret)
            if token is None:
                return Refusal(
                    401,
                    "token-unknown",
                    "The token is none of this server's: it was mistyped, revoked, has run out, or is another "
                    "server's. `spanorigin token list` shows those there are.",
                )
            return principal.of_token(token.name, token.rights)
        value = cookie_of(cookie) if cookie else None
        session = self.sessions.of(value) if value else None
        if session is None or (session.token_id is not None and not self.tokens.is_valid(session.token_id)):
            return NOBODY
        return session.principal

    def admitted_scope(self, scope: Scope, need: Need) -> Principal | Refusal:
        """The same for a request over HTTP. A change by cookie has to come from a page of this very server."""
        if not self.demands:
            return ANYONE_HERE
        headers = dict(scope["headers"])
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        key = headers.get(b"dd-api-key", b"").decode("latin-1")
        cookie = headers.get(b"cookie", b"").decode("latin-1")
        who = self.admitted(need, authorization=authorization, key=key, cookie=cookie)
        is_by_cookie = not authorization and not key
        if isinstance(who, Principal) and need is not None and is_by_cookie and scope["method"] not in _READING:
            origin = headers.get(b"origin", b"").decode("latin-1")
            # Browsers name the origin of everything that is not read; another port of this host is another page.
            if not is_own_page(origin, headers.get(b"host", b"").decode("latin-1"), self.public_url):
                return Refusal(
                    403,
                    "page-not-ours",
                    f"The request carries this server's cookie and was made by a page of {origin or 'nowhere'}. Only "
                    "pages of this server may change anything in your name. Use a token in a program.",
                )
        return who


class Guard:
    """A route's application, behind its need."""

    def __init__(self, app: ASGIApp, path: str, gate: Gate) -> None:
        self._app = app
        self._path = path
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        need = need_of(self._path, scope["method"])
        who = self._gate.admitted_scope(scope, need)
        if isinstance(who, Refusal):
            self._gate.refused(who.slug)
            await who.answer()(scope, receive, send)
            return
        scope.setdefault("state", {})[WHO] = who
        if need in _CHANGING and scope["method"] not in _READING:
            await self._noted(who, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _noted(self, who: Principal, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and have it in the audit log before the answer is on its way. No log, no change."""
        audit = self._gate.audit
        try:
            await anyio.to_thread.run_sync(audit.check)
        except AuditNotWritten as failure:
            await Refusal(503, failure.slug, failure.message).answer()(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = message["status"]
                told = scope["state"].get(WHAT, "")
                what = f"{scope['method']} {scope['path']}" + (f": {told}" if told else "")
                await anyio.to_thread.run_sync(audit.add, who.name, who.kind, address_of(scope), what, status)
            await send(message)

        await self._app(scope, receive, noting)


def address_of(scope: Scope) -> str:
    """Where a request came from; a proxy on this machine is taken at its word, by uvicorn."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def guarded(routes: Sequence[Route], gate: Gate) -> list[Route]:
    """The same routes, each behind what the table of `scopes` says it needs."""
    for route in routes:
        route.app = Guard(route.app, route.path, gate)
    return list(routes)


def _opened(need: Need) -> Principal | None:
    """What is open is open to those too who show something wrong: the sign-in page, say."""
    return NOBODY if need is None else None
