"""Saved views: named addresses of the UI, kept in one file of the data folder.

The routes that list, make, change and remove them, as contract/query-api.yaml describes them; mounted by `app`. The UI
keeps all of its state in its address, so a view is a name and an address. Each has an address of its own as well, `/s/`
and its slug, which stays what it was when the view gets another name or shows something else (decision 0230).
"""

from __future__ import annotations

import re
import secrets
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, body_as, check_parameters, json_answer
from spanorigin_server.kept import Kept
from spanorigin_server.workers import Workers

from .asked import condition_of

VIEWS_MOST: Final = 1000
_NAME_MOST, _ADDRESS_MOST, _DESCRIPTION_MOST = 100, 12_000, 2000
_BODY_MOST: Final = 64 * 1024
_SLUG_WORDS_MOST: Final = 40
# Digits and letters that nobody takes for one another when they read an address aloud.
_SLUG_MARK: Final = "23456789abcdefghjkmnpqrstvwxyz"
_SLUG_MARK_LENGTH: Final = 5


class View(msgspec.Struct, frozen=True):
    """A saved view. `address` is a path of the UI with its query; times are nanoseconds since the epoch, in digits.

    `slug` is made once, of the name that the view had then, and is never another's, not even when the view is gone.
    """

    id: str
    name: str
    address: str
    description: str
    created_ns: str
    changed_ns: str
    slug: str = ""


class _Draft(msgspec.Struct, forbid_unknown_fields=True):
    """What a reader sends to make or change a view."""

    name: str
    address: str
    description: str = ""


class Views:
    """The views of one file. May be used from any thread; the file is replaced whole, or not at all."""

    def __init__(self, file: Path, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._kept = Kept(file, View, "views")
        self._now_ns = now_ns

    def listed(self) -> list[View]:
        """All views, by name."""
        with self._kept.lock:
            return sorted(self._read().values(), key=lambda view: (view.name.casefold(), view.id))

    def one(self, view_id: str) -> View:
        """A view by its id or its slug."""
        with self._kept.lock:
            return _found(self._read(), view_id)

    def make(self, draft: _Draft) -> View:
        with self._kept.lock:
            views = self._read()
            if len(views) >= VIEWS_MOST:
                message = f"There are {VIEWS_MOST} saved views, the most that are kept. Remove one."
                raise Refused(message, slug="views-full", status=409)
            _check_name_is_free(views, draft.name, None)
            now = str(self._now_ns())
            slug = slug_of(draft.name)
            view = View(secrets.token_hex(8), draft.name, draft.address, draft.description, now, now, slug)
            self._write(views | {view.id: view})
            return view

    def change(self, view_id: str, draft: _Draft) -> View:
        with self._kept.lock:
            views = self._read()
            before = _found(views, view_id)
            _check_name_is_free(views, draft.name, before.id)
            now = str(self._now_ns())
            view = View(before.id, draft.name, draft.address, draft.description, before.created_ns, now, before.slug)
            self._write(views | {view.id: view})
            return view

    def remove(self, view_id: str) -> None:
        with self._kept.lock:
            views = self._read()
            del views[_found(views, view_id).id]
            self._write(views)

    def _read(self) -> dict[str, View]:
        # Those of before there were slugs are reached by their ids.
        known = (view if view.slug else msgspec.structs.replace(view, slug=view.id) for view in self._kept.read())
        return {view.id: view for view in known}

    def _write(self, views: dict[str, View]) -> None:
        self._kept.write(list(views.values()))


def routes(views: Views, workers: Workers) -> list[Route]:
    """The routes under /api/v1/views."""

    async def listed(request: Request) -> Response:
        check_parameters(request, ())
        return json_answer({"views": await workers.run(views.listed)})

    async def make(request: Request) -> Response:
        check_parameters(request, ())
        draft = await _draft(request)
        return json_answer(await workers.run(lambda: views.make(draft)), 201)

    async def one(request: Request) -> Response:
        check_parameters(request, ())
        view_id = request.path_params["view_id"]
        return json_answer(await workers.run(lambda: views.one(view_id)))

    async def change(request: Request) -> Response:
        check_parameters(request, ())
        view_id = request.path_params["view_id"]
        draft = await _draft(request)
        return json_answer(await workers.run(lambda: views.change(view_id, draft)))

    async def remove(request: Request) -> Response:
        check_parameters(request, ())
        view_id = request.path_params["view_id"]
        await workers.run(lambda: views.remove(view_id))
        return Response(status_code=204)

    return [
        Route("/api/v1/views", answering(listed), methods=["GET"]),
        Route("/api/v1/views", answering(make), methods=["POST"]),
        Route("/api/v1/views/{view_id}", answering(one), methods=["GET"]),
        Route("/api/v1/views/{view_id}", answering(change), methods=["PUT"]),
        Route("/api/v1/views/{view_id}", answering(remove), methods=["DELETE"]),
    ]


async def _draft(request: Request) -> _Draft:
    draft = await body_as(
        request,
        _Draft,
        most=_BODY_MOST,
        what="view",
        remedy="Send JSON with name, address and, if wanted, description.",
        slug="view-unreadable",
    )
    draft.name = draft.name.strip()
    for name, text, most in (
        ("name", draft.name, _NAME_MOST),
        ("address", draft.address, _ADDRESS_MOST),
        ("description", draft.description, _DESCRIPTION_MOST),
    ):
        if len(text) > most or (not text and name != "description") or not text.isprintable():
            message = f"{name} is {len(text)} characters long; it takes 1 to {most}, in one line."
            raise Refused(message, slug="view-unreadable")
    _check_address(draft.address)
    return draft


def _check_address(address: str) -> None:
    """Refuses an address that leads out of the UI, or whose search cannot be read."""
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        message = (
            "address is a path of this UI with its query, such as /explore?q=has:origin. Leave scheme and host out."
        )
        raise Refused(message, slug="view-address")
    query = dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))
    condition_of(query.get("q", ""), parameter="address")


def slug_of(name: str) -> str:
    """`slow-checkouts-k3f9p`: the name's words for people, and a mark by which no two views are alike."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG_WORDS_MOST].strip("-")
    mark = "".join(secrets.choice(_SLUG_MARK) for _ in range(_SLUG_MARK_LENGTH))
    return f"{words}-{mark}" if words else mark


def _found(views: dict[str, View], view_id: str) -> View:
    view = views.get(view_id) or next((each for each in views.values() if each.slug == view_id), None)
    if view is None:
        message = "There is no such saved view. It may have been removed; /api/v1/views lists those there are."
        raise Refused(message, slug="view-not-found", status=404)
    return view


def _check_name_is_free(views: dict[str, View], name: str, view_id: str | None) -> None:
    if any(view.name.casefold() == name.casefold() and view.id != view_id for view in views.values()):
        message = f"There is a saved view called {name!r} already. Give this one another name, or change that one."
        raise Refused(message, slug="view-name-taken", status=409)
