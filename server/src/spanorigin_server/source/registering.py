"""The routes by which repositories and path rules are registered, renewed and removed.

As contract/query-api.yaml describes them. What changes something takes the right `admin` and is in the audit log
(`access.scopes`): a repository shows its source to everybody who may read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, body_as, check_parameters, json_answer
from spanorigin_server.workers import Workers

from . import rules as path_rules
from .registered import Registered
from .rules import Rules

_BODY_MOST: Final = 64 * 1024
BUNDLE_MOST_BYTES: Final = 1024**3


class _Draft(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody sends to register a repository: a folder of the server's machine, or an address to clone."""

    path: str = ""
    url: str = ""
    name: str = ""


def routes(
    registered: Registered, rules: Rules, workers: Workers, bundle_most_bytes: int = BUNDLE_MOST_BYTES
) -> list[Route]:
    """The routes under /api/v1/repositories and /api/v1/path-rules."""

    async def listed(request: Request) -> Response:
        check_parameters(request, ())
        return json_answer({"repositories": await workers.run(registered.listed)})

    async def add(request: Request) -> Response:
        if _is_json(request):
            check_parameters(request, ())
            draft = await body_as(
                request,
                _Draft,
                most=_BODY_MOST,
                what="repository",
                remedy="Send JSON with path or url, and name if wanted; or a git bundle.",
                slug="repository-unreadable",
            )
            return json_answer(await workers.run(lambda: _add(registered, draft)), 201)
        check_parameters(request, ("name", "address"))
        name, address = request.query_params.get("name", ""), request.query_params.get("address", "")
        place = await _uploaded(request, registered, bundle_most_bytes)
        try:
            return json_answer(await workers.run(lambda: registered.add_bundle(place, name, address)), 201)
        except BaseException:
            place.unlink(missing_ok=True)
            raise

    async def one(request: Request) -> Response:
        check_parameters(request, ())
        return json_answer(await workers.run(lambda: registered.one(request.path_params["repository_id"])))

    async def remove(request: Request) -> Response:
        check_parameters(request, ())
        await workers.run(lambda: registered.remove(request.path_params["repository_id"]))
        return Response(status_code=204)

    async def refresh(request: Request) -> Response:
        check_parameters(request, ())
        repository_id = request.path_params["repository_id"]
        place = await _uploaded(request, registered, bundle_most_bytes)
        bundle = place if place.stat().st_size else None
        try:
            return json_answer(await workers.run(lambda: registered.refresh(repository_id, bundle)), 202)
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        finally:
            if bundle is None:
                place.unlink(missing_ok=True)

    async def rules_listed(request: Request) -> Response:
        check_parameters(request, ())
        return json_answer({"rules": await workers.run(rules.listed)})

    async def make_rule(request: Request) -> Response:
        check_parameters(request, ())
        draft = await _rule(request)
        return json_answer(await workers.run(lambda: rules.make(draft)), 201)

    async def change_rule(request: Request) -> Response:
        check_parameters(request, ())
        draft = await _rule(request)
        return json_answer(await workers.run(lambda: rules.change(request.path_params["rule_id"], draft)))

    async def remove_rule(request: Request) -> Response:
        check_parameters(request, ())
        await workers.run(lambda: rules.remove(request.path_params["rule_id"]))
        return Response(status_code=204)

    return [
        Route("/api/v1/repositories", answering(listed), methods=["GET"]),
        Route("/api/v1/repositories", answering(add), methods=["POST"]),
        Route("/api/v1/repositories/{repository_id}", answering(one), methods=["GET"]),
        Route("/api/v1/repositories/{repository_id}", answering(remove), methods=["DELETE"]),
        Route("/api/v1/repositories/{repository_id}/refresh", answering(refresh), methods=["POST"]),
        Route("/api/v1/path-rules", answering(rules_listed), methods=["GET"]),
        Route("/api/v1/path-rules", answering(make_rule), methods=["POST"]),
        Route("/api/v1/path-rules/{rule_id}", answering(change_rule), methods=["PUT"]),
        Route("/api/v1/path-rules/{rule_id}", answering(remove_rule), methods=["DELETE"]),
    ]


def _add(registered: Registered, draft: _Draft) -> dict[str, Any]:
    if bool(draft.path) == bool(draft.url):
        message = "Give either path, a folder of the server's machine, or url, an address to clone."
        raise Refused(message, slug="repository-unreadable")
    return registered.add_folder(draft.path, draft.name) if draft.path else registered.add_url(draft.url, draft.name)


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"


async def _rule(request: Request) -> path_rules.Draft:
    return await body_as(
        request,
        path_rules.Draft,
        most=_BODY_MOST,
        what="path rule",
        remedy="Send JSON with from, repository and, if wanted, to and service.",
        slug="path-rule-unreadable",
    )


async def _uploaded(request: Request, registered: Registered, most_bytes: int) -> Path:
    """The body as a file of ours; it is removed again when it is too large or breaks off."""
    place = await anyio.to_thread.run_sync(registered.upload_place)
    size = 0
    try:
        async with await anyio.open_file(place, "wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > most_bytes:
                    raise Refused(
                        f"The bundle is larger than the {most_bytes / 1024**2:.0f} MiB that are taken.",
                        slug="bundle-too-large",
                        status=413,
                    )
                await file.write(chunk)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return place
