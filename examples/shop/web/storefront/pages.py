"""Pages that need no data model: class-based endpoints, mounted as a group."""

from html import escape

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route


class Welcome(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        season = request.query_params.get("season", "first flush")
        return HTMLResponse(f"<h1>Fresh tea</h1><p>Now in: {escape(season)}.</p>")


class Health(HTTPEndpoint):
    def get(self, request: Request) -> Response:
        return PlainTextResponse("ok")


routes = [Route("/welcome", Welcome), Route("/health", Health)]
