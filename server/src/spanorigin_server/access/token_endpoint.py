"""The routes by which somebody with the right `admin` lists, makes and revokes tokens, as `spanorigin token` does.

As contract/query-api.yaml describes them; mounted by `app`. A secret is in the answer that made it and nowhere else.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, body_as, check_parameters, json_answer

from .gate import WHAT, WHO
from .scopes import Right
from .tokens import Token, TokenRefused, Tokens, TokensUnreadable

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from spanorigin_server.workers import Workers

    from .principal import Principal

_BODY_MOST: Final = 4 * 1024
_VALID_MOST_S: Final = 100 * 366 * 86_400
_STATUSES: Final = {
    "token-name-taken": 409,
    "token-not-found": 404,
    "token-not-written": 503,
    "tokens-not-written": 503,
}


class _Draft(msgspec.Struct, forbid_unknown_fields=True):
    """A token to be made; without `valid_for_s` it is valid until it is revoked."""

    name: str
    rights: list[Right]
    valid_for_s: int | None = None


def routes(tokens: Tokens, workers: Workers) -> list[Route]:
    """The routes under /api/v1/tokens."""

    async def listed(request: Request) -> Response:
        check_parameters(request, ())
        found = await workers.run(lambda: _refusing(tokens.listed))
        return json_answer({"tokens": [_shown(token) for token in found]})

    async def make(request: Request) -> Response:
        check_parameters(request, ())
        draft = await body_as(
            request,
            _Draft,
            most=_BODY_MOST,
            what="token",
            remedy="Send JSON with name, rights and, if wanted, valid_for_s.",
            slug="token-unreadable",
        )
        _check(draft, request.scope["state"][WHO])
        token, secret = await workers.run(
            lambda: _refusing(lambda: tokens.add(draft.name, draft.rights, draft.valid_for_s))
        )
        request.scope["state"][WHAT] = f"token {token.name} ({token.id}) made: {', '.join(token.rights)}"
        return json_answer({"token": _shown(token), "secret": secret}, 201)

    async def revoke(request: Request) -> Response:
        check_parameters(request, ())
        token_id = request.path_params["token_id"]
        token = await workers.run(lambda: _refusing(lambda: tokens.revoke(token_id)))
        request.scope["state"][WHAT] = f"token {token.name} ({token.id}) revoked"
        return json_answer({"token": _shown(token)})

    return [
        Route("/api/v1/tokens", answering(listed), methods=["GET"]),
        Route("/api/v1/tokens", answering(make), methods=["POST"]),
        Route("/api/v1/tokens/{token_id}", answering(revoke), methods=["DELETE"]),
    ]


def _check(draft: _Draft, who: Principal) -> None:
    if not draft.rights:
        raise Refused("A token without rights opens nothing. Give it one at least.", slug="token-unreadable")
    if draft.valid_for_s is not None and not 60 <= draft.valid_for_s <= _VALID_MOST_S:
        message = f"valid_for_s is {draft.valid_for_s}, but a token is valid for a minute to a hundred years."
        raise Refused(message, slug="token-valid-for")
    lacking = [right for right in draft.rights if not who.may(right)]
    if lacking:
        # A token that may only administer must not make itself one that reads.
        message = f"You have not the right {lacking[0]} yourself, so you cannot hand it out."
        raise Refused(message, slug="right-missing", status=403)


def _refusing(work: Any) -> Any:
    """What `work` gives; what the tokens refuse becomes an answer."""
    try:
        return work()
    except TokenRefused as refusal:
        raise Refused(refusal.message, slug=refusal.slug, status=_STATUSES.get(refusal.slug, 400)) from None
    except TokensUnreadable as failure:
        raise Refused(failure.message, slug=failure.slug, status=503) from None


def _shown(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "rights": token.rights,
        "created_ns": token.created_ns,
        "expires_ns": token.expires_ns,
        "is_valid": token.is_valid_at(time.time_ns()),
    }
