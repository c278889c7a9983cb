"""The routes of code as a page: which repositories there are, their files, and one file whole.

As contract/query-api.yaml describes them. What cannot be shown is refused with 404 and the reason, which is the same
for a file that is not there and for one that may not be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, check_parameters, json_answer
from spanorigin_server.reason import Reason
from spanorigin_server.workers import Workers

from .files import Files
from .repositories import Repositories

_TEXT_LIMIT = 4096


def routes(repositories: Repositories, files: Files, workers: Workers) -> list[Route]:
    """The routes under /api/v1/code."""

    async def listed(request: Request) -> Response:
        check_parameters(request, ())
        return json_answer({"repositories": await workers.run(lambda: _listed(repositories))})

    async def tree(request: Request) -> Response:
        check_parameters(request, ("repository", "commit"))
        repository, commit = _needed(request, "repository"), request.query_params.get("commit", "")
        return await _shown(workers, lambda: files.tree(repository, commit))

    async def file(request: Request) -> Response:
        check_parameters(request, ("repository", "commit", "path"))
        repository, commit = _needed(request, "repository"), request.query_params.get("commit", "")
        path = _needed(request, "path")
        return await _shown(workers, lambda: files.file(repository, commit, path))

    async def diff(request: Request) -> Response:
        check_parameters(request, ("repository", "base", "head", "path"))
        repository, base, head = (_needed(request, name) for name in ("repository", "base", "head"))
        path = request.query_params.get("path")
        return await _shown(workers, lambda: files.changes(repository, base, head, path))

    async def commits(request: Request) -> Response:
        check_parameters(request, ("repository",))
        repository = _needed(request, "repository")

        def found() -> Any:
            listed = files.commits(repository)
            return listed if isinstance(listed, Reason) else {"commits": listed}

        return await _shown(workers, found)

    async def names(request: Request) -> Response:
        check_parameters(request, ("repository", "commit", "path", "function"))
        repository, path = _needed(request, "repository"), _needed(request, "path")
        commit, function = (request.query_params.get(name, "") for name in ("commit", "function"))
        return await _shown(workers, lambda: files.names(repository, commit, path, function))

    return [
        Route("/api/v1/code", answering(listed), methods=["GET"]),
        Route("/api/v1/code/commits", answering(commits), methods=["GET"]),
        Route("/api/v1/code/diff", answering(diff), methods=["GET"]),
        Route("/api/v1/code/file", answering(file), methods=["GET"]),
        Route("/api/v1/code/names", answering(names), methods=["GET"]),
        Route("/api/v1/code/tree", answering(tree), methods=["GET"]),
    ]


def _listed(repositories: Repositories) -> list[dict[str, str | None]]:
    found = []
    for member in repositories.members:
        working = member.present()
        found.append({"name": member.name, "commit": working.commit if working else None})
    return found


async def _shown(workers: Workers, ask: Callable[[], Any]) -> Response:
    """What `ask` finds, encoded on the worker's thread; a reason becomes a refusal."""

    def work() -> Response:
        found = ask()
        if isinstance(found, Reason):
            raise Refused(f"{found.message} {found.remedy or ''}".strip(), slug=found.slug, status=404)
        return json_answer(found, may_be_kept=True)

    return await workers.run(work)


def _needed(request: Request, name: str) -> str:
    text = request.query_params.get(name)
    if not text or len(text) > _TEXT_LIMIT:
        message = f"{name} is missing." if not text else f"{name} has {len(text)} characters; {_TEXT_LIMIT} are taken."
        raise Refused(f"{message} Give the {name}, as /api/v1/code lists repositories.", slug="parameter-missing")
    return text
