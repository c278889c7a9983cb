"""Put the server together: the store, the rooms around it, and the routes by which the world reaches them.

The one module that knows all rooms. Called by `command`, and by tests that need no socket.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect

from spanorigin_server.access import Access, audit, token_endpoint
from spanorigin_server.access.gate import guarded
from spanorigin_server.access.opening import certificate_of, gate_of, oidc_of
from spanorigin_server.access.sign_in import SignIn, SignInFirst
from spanorigin_server.answers import error_answer
from spanorigin_server.health import Health, installed_version
from spanorigin_server.ingest.batch import Batch
from spanorigin_server.ingest.datadog import Datadog
from spanorigin_server.ingest.intake import Intake
from spanorigin_server.ingest.otlp import Otlp
from spanorigin_server.ingest.otlp_grpc import OtlpGrpc
from spanorigin_server.ingest.otlp_words import in_otlps_words
from spanorigin_server.ingest.own_spans import Answered, OwnSpans
from spanorigin_server.life import archive, backup, deletion
from spanorigin_server.life import limits as life_limits
from spanorigin_server.life.retention import Retention
from spanorigin_server.observation.endpoint import Observation, measured_routes
from spanorigin_server.observation.measured import Measured, MeasuredWriter
from spanorigin_server.pages import FOLDER, Pages
from spanorigin_server.query import deploys, explain, export, findings, groups, origins, views
from spanorigin_server.query.endpoint import routes as query_routes
from spanorigin_server.query.live import Live
from spanorigin_server.records import StoreFailed
from spanorigin_server.room import Room
from spanorigin_server.source import changed_endpoint, code_endpoint, registering
from spanorigin_server.source.addresses import Credentials
from spanorigin_server.source.changed import Changed
from spanorigin_server.source.endpoint import routes as source_routes
from spanorigin_server.source.files import Files
from spanorigin_server.source.functions import Functions
from spanorigin_server.source.highlight import Highlighter
from spanorigin_server.source.preview import Previewer
from spanorigin_server.source.registered import Registered
from spanorigin_server.source.rules import Rules
from spanorigin_server.store.commits import Commits
from spanorigin_server.store.contents import ToldContents
from spanorigin_server.store.reader import Reader
from spanorigin_server.store.statistics import Statistics
from spanorigin_server.store.tables import LANES, prepare
from spanorigin_server.store.unanswered import Unanswered
from spanorigin_server.store.upkeep import Upkeep
from spanorigin_server.workers import Workers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from spanorigin_server.records import Doors
    from spanorigin_server.settings import Settings
    from spanorigin_server.source.repositories import Repositories
    from spanorigin_server.store.home import Home


def application(
    settings: Settings,
    engine: Home,
    repositories: Repositories,
    doors: Doors,
    web_folder: Path = FOLDER,
    is_stopping: Callable[[], bool] = lambda: False,
) -> ASGIApp:
    """The whole server as an ASGI application. It closes the engine when it has been shut down.

    Answers that go on for as long as somebody listens end once `is_stopping`.
    Raises StartRefused when the store was written by a newer release.
    """
    prepare(engine)
    commits, measured = Commits(), Measured()
    nature = engine.nature
    lanes = range(LANES if nature.takes_spans else 0)
    writers = [
        MeasuredWriter(engine, lane, commits, measured, _unanswered(engine, settings.data, lane)) for lane in lanes
    ]
    for writer in writers:
        # Or else before the first group is written.
        with suppress(StoreFailed):
            writer.settle()
    batch = Batch(writers)
    own_spans = OwnSpans(batch, installed_version())
    if settings.tells_own_spans and nature.takes_spans:
        measured.listeners.append(lambda *told: own_spans.note(Answered(*told)))
    workers = Workers(is_pressed=batch.is_pressed)
    # What changes the store as a whole: one at a time.
    keepers = Workers(threads=1, waiting_limit=8)
    reader, statistics = Reader(engine, pace=commits.pace), Statistics(engine)
    live = Live(reader, commits, workers, is_stopping, nature.check_is_ours)
    saved_views = views.Views(settings.data.expanduser() / "views.json")
    highlighter, functions = Highlighter(), Functions()
    data = settings.data.expanduser()
    credentials = Credentials(settings.git_credentials_file, settings.git_credentials)
    registered, rules = Registered(repositories, data, credentials), Rules(data)
    registered.open()
    previewer = Previewer(repositories, highlighter, rules, functions)
    upkeep = Upkeep(engine)
    by_option = life_limits.Limits(settings.keep_days, settings.keep_bytes)
    limits = life_limits.KeptLimits(settings.data.expanduser(), by_option)
    retention = Retention(upkeep, limits.now)
    backups = backup.Backups(engine, batch, settings.data.expanduser())
    archives = archive.Archives(engine, settings.data.expanduser())
    # The room of a server's disk is the server's affair.
    room = Room(settings.data.expanduser(), settings.free_limit_bytes if nature.is_embedded else 0)
    gate = gate_of(settings)
    gate.refused = measured.refused
    sign_in = SignIn(gate, settings.is_reached_by_tls, settings.public_url, oidc_of(settings))
    intake = Intake(batch, settings.body_limit_bytes, room, nature.check_is_ours, refused=measured.refused)
    otlp, otlp_grpc, datadog = Otlp(intake), OtlpGrpc(intake, gate, certificate_of(settings)), Datadog(intake)
    health = Health(engine, batch, doors, otlp, otlp_grpc, datadog, repositories, workers, room)
    observation = Observation(measured, health, intake, gate.audit, settings.data.expanduser())

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        batch.start()
        if nature.takes_spans:
            retention.start()
        if doors.grpc:
            await otlp_grpc.start(doors.grpc)
        async with anyio.create_task_group() as tasks:
            if settings.tells_own_spans:
                tasks.start_soon(own_spans.run)
            yield
            tasks.cancel_scope.cancel()
        await own_spans.store()
        # In the order in which they need each other: calls over gRPC end, what was accepted is committed, nobody asks
        # any more, then it closes.
        await otlp_grpc.stop()
        await anyio.to_thread.run_sync(batch.drain)
        await anyio.to_thread.run_sync(retention.stop)
        await anyio.to_thread.run_sync(registered.close)
        workers.close()
        keepers.close()
        engine.close()

    app = Starlette(
        routes=guarded(
            measured_routes(
                [
                    *otlp.routes(),
                    *health.routes(),
                    *export.routes(reader, workers),
                    *query_routes(reader, workers),
                    *origins.routes(statistics, workers),
                    *findings.routes(statistics, workers),
                    *groups.routes(statistics, workers),
                    *deploys.routes(statistics, workers),
                    *explain.routes(statistics, workers),
                    *live.routes(),
                    *views.routes(saved_views, workers),
                    *deletion.routes(upkeep, keepers),
                    *archive.routes(archives, workers, keepers),
                    *backup.routes(backups, keepers),
                    *life_limits.routes(limits, upkeep, workers),
                    *source_routes(reader, ToldContents(engine), previewer, workers),
                    *changed_endpoint.routes(reader, Changed(previewer, highlighter, functions), workers),
                    *registering.routes(registered, rules, workers),
                    *code_endpoint.routes(repositories, Files(repositories, highlighter, functions), workers),
                    *sign_in.routes(),
                    *token_endpoint.routes(gate.tokens, workers),
                    *audit.routes(gate.audit, workers),
                    *observation.routes(),
                ],
                measured,
            ),
            gate,
        ),
        middleware=[Middleware(Access, bound_host=settings.host, public_url=settings.public_url)],
        exception_handlers={HTTPException: _refused, ClientDisconnect: _left, 500: _failed},  # type: ignore[dict-item]  # starlette's own type
        lifespan=life,
    )
    app.router.default = SignInFirst(Pages(web_folder), gate)
    tracers = Starlette(
        routes=guarded(measured_routes(datadog.routes(), measured), gate),
        middleware=[Middleware(Access, bound_host=settings.host, public_url=settings.public_url)],
        exception_handlers={HTTPException: _refused, ClientDisconnect: _left, 500: _failed},  # type: ignore[dict-item]  # likewise
    )

    async def by_door(scope: Scope, receive: Receive, send: Send) -> None:
        at = scope.get("server")
        is_datadog = scope["type"] == "http" and at is not None and at[1] == doors.datadog_port
        if is_datadog:
            await tracers(scope, receive, send)
        else:
            await in_otlps_words(app, scope, receive, send)

    return by_door


def _unanswered(engine: Home, data: Path, lane: int) -> Unanswered:
    """What a writer notes of its work; of a server's store only for as long as we live, since it goes on without us."""
    return Unanswered(data.expanduser() / f"unanswered-{lane}" if engine.nature.is_embedded else None)


async def _refused(request: Request, error: HTTPException) -> Response:
    """A route is there and the method is not for it, or a request is malformed."""
    slug = "method-not-allowed" if error.status_code == 405 else "request-refused"
    message = (
        f"{request.method} is not for {request.url.path}. /api/v1/openapi.json lists what is."
        if error.status_code == 405
        else f"{error.detail}."
    )
    response = error_answer(error.status_code, slug, message)
    response.headers.update(error.headers or {})
    return response


async def _left(_request: Request, _error: Exception) -> Response:
    """Who sent half a request has gone: nobody reads this, and it is no failure of ours."""
    return error_answer(400, "request-refused", "The connection ended before the request did.")


async def _failed(_request: Request, error: Exception) -> Response:
    return error_answer(500, "server-failed", f"The server failed: {error!r}. Please report this, with its output.")
