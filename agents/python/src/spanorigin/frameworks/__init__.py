"""Meet web frameworks where they hand a request to the user's handler, and tell `origin` which handler it is.

One file a framework. Each says which modules it waits for, what it puts there once such a module is loaded, and at
which files a walk outwards must stop. Nothing is imported here on a framework's behalf, and no handler is touched:
the hooks sit on the framework's own methods, look, and call on.
"""

from collections.abc import Callable

from spanorigin.frameworks import (
    aio_pika,
    aiohttp,
    arq,
    aws_lambda,
    celery,
    django,
    dramatiq,
    falcon,
    faststream,
    flask,
    graphql,
    grpc,
    huey,
    langgraph,
    litestar,
    mcp,
    ninja,
    pika,
    pyramid,
    quart,
    rq,
    sanic,
    starlette,
    taskiq,
    temporal,
    tornado,
)
from spanorigin.frameworks.hooks import Announcer, Framework, Met, OnFailure, OnHandler
from spanorigin.frameworks.imports import watch_imports

FRAMEWORKS: tuple[Framework, ...] = (
    django.FRAMEWORK,
    flask.FRAMEWORK,
    starlette.FRAMEWORK,
    starlette.FASTAPI,
    grpc.FRAMEWORK,
    celery.FRAMEWORK,
    aiohttp.FRAMEWORK,
    aws_lambda.FRAMEWORK,
    graphql.FRAMEWORK,
    tornado.FRAMEWORK,
    ninja.FRAMEWORK,
    faststream.FRAMEWORK,
    taskiq.FRAMEWORK,
    rq.FRAMEWORK,
    mcp.FRAMEWORK,
    litestar.FRAMEWORK,
    mcp.FASTMCP,
    falcon.FRAMEWORK,
    pyramid.FRAMEWORK,
    quart.FRAMEWORK,
    pika.FRAMEWORK,
    aio_pika.FRAMEWORK,
    dramatiq.FRAMEWORK,
    huey.FRAMEWORK,
    arq.FRAMEWORK,
    sanic.FRAMEWORK,
    temporal.FRAMEWORK,
    langgraph.FRAMEWORK,
)

__all__ = ["FRAMEWORKS", "borders", "install_all"]


def borders() -> tuple[str, ...]:
    """Path suffixes, with `/` between folders, of the files that call handlers: what lies beyond did not ask."""
    return tuple(suffix for framework in FRAMEWORKS for suffix in framework.borders)


def install_all(
    on_handler: OnHandler, on_failure: OnFailure | None = None, met: dict[str, Met] | None = None
) -> Callable[[], None]:
    """Announce every handler to `on_handler(handler, verb)`, in frameworks loaded already and in those to come.

    Returns `detach`, which takes everything out again and may be called twice. `on_failure` gets errors of our own
    look-ups; without it they are dropped. `met` is filled with what came of each module. Raises nothing.
    """
    announcer = Announcer(on_handler, on_failure, met)
    waiting = {
        module: announcer.hook(put_in, framework.name)
        for framework in FRAMEWORKS
        for module, put_in in framework.modules.items()
    }
    unwatch = watch_imports(waiting, announcer.failed)

    def detach() -> None:
        unwatch()
        announcer.detach()

    return detach
