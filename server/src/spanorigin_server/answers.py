"""How the API answers: JSON, errors in the contract's one shape, parameters checked before anything is asked.

Ground floor of every endpoint: `query`, `source`, and `app` for what no route takes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Awaitable, Callable, Collection
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from .records import NotHere, ServerError, StoreFailed
from .sending import MAY_BE_KEPT, sent

Handler = Callable[[Request], Awaitable[Response]]

_Body = TypeVar("_Body")
_LATEST_NS = 2**63 - 1
_HEX = re.compile(r"[0-9a-fA-F]+")


class Refused(ServerError):  # noqa: N818  # named for what came about
    """A request that cannot be answered as asked: its HTTP status, and what else the Error shape has room for."""

    def __init__(
        self, message: str, *, slug: str, status: int = 400, offset: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, slug=slug)
        self.status = status
        self.offset = offset
        self.hint = hint


def json_answer(value: Any, status: int = 200, *, may_be_kept: bool = False) -> Response:
    """`value` as JSON. Never cached, as the next span may change it; kept where the same is likely asked again."""
    # Texts of spans are in it: never anything but JSON, whoever has a browser ask for it.
    headers = {"cache-control": MAY_BE_KEPT if may_be_kept else "no-store", "x-content-type-options": "nosniff"}
    return Response(msgspec.json.encode(value), status, media_type="application/json", headers=headers)


def error_answer(
    status: int, slug: str, message: str, *, offset: int | None = None, hint: str | None = None
) -> Response:
    """An error in the shape of contract/query-api.yaml."""
    optional = {"offset": offset, "hint": hint}
    error = {"slug": slug, "message": message} | {name: value for name, value in optional.items() if value is not None}
    return json_answer({"error": error}, status)


def answering(handler: Handler) -> Handler:
    """`handler`, whose refusals and whose store's failures become answers, each sent as its reader takes it best."""

    async def answer(request: Request) -> Response:
        try:
            return await sent(request, await handler(request))
        except Refused as refusal:
            return error_answer(refusal.status, refusal.slug, refusal.message, offset=refusal.offset, hint=refusal.hint)
        except NotHere as refusal:
            return error_answer(409, refusal.slug, refusal.message)
        except StoreFailed as failure:
            return error_answer(503, failure.slug, failure.message)

    return answer


def check_parameters(request: Request, known: Collection[str]) -> None:
    """Refuses a parameter that is not known, or that is given twice: it would have been ignored without a word."""
    for name in request.query_params:
        if name not in known:
            near = difflib.get_close_matches(name, list(known), n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            message = f"There is no parameter {name}.{meant} There are {', '.join(known) or 'none'}."
            raise Refused(message, slug="parameter-unknown", hint=near[0] if near else None)
        if len(request.query_params.getlist(name)) > 1:
            raise Refused(f"{name} is given more than once. Give it once.", slug="parameter-twice")


async def body_as(request: Request, kind: type[_Body], *, most: int, what: str, remedy: str, slug: str) -> _Body:
    """The request's body, JSON of a `kind`. Refuses what is longer than `most` bytes, or is none, as "no `what`"."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            message = f"The {what} is larger than {most // 1024} KiB, and none ever is. {remedy}"
            raise Refused(message, slug=slug, status=413)
    try:
        return msgspec.json.decode(bytes(body), type=kind)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Refused(f"That is no {what}: {error}. {remedy}", slug=slug) from None


def whole_number(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    """A counted parameter, from `low` to `high`."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not re.fullmatch("[0-9]{1,9}", text) or not low <= int(text) <= high:
        message = f"{name} is {text[:40]!r}, but it is a whole number from {low} to {high}; without it, {default}."
        raise Refused(message, slug="parameter-not-a-number")
    return int(text)


def epoch_ns(request: Request, name: str) -> int | None:
    """A time in nanoseconds since the epoch; None when it is not given."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not re.fullmatch("[0-9]{1,19}", text) or int(text) > _LATEST_NS:
        message = (
            f"{name} is {text[:40]!r}, but it is a time: nanoseconds since 1970, digits only, before the year 2262."
        )
        raise Refused(message, slug="parameter-not-a-time")
    return int(text)


def hex_id(text: str | None, name: str, digits: int) -> str:
    """An id in lower-case hex. Upper case is taken too: other tools print it so."""
    if text is None:
        raise Refused(f"{name} is missing. Give the {digits} hex digits of the id.", slug="parameter-missing")
    if len(text) != digits or not _HEX.fullmatch(text):
        message = f"{name} is {text[:64]!r}, but it is {digits} hex digits."
        raise Refused(message, slug="parameter-not-an-id")
    return text.lower()
