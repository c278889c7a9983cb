"""The application: routers, the mounted pages and the partners' sub-application. Run: uvicorn storefront.main:app"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.applications import Starlette

from . import baskets, catalogue, checkout, config, pages, partners
from .backends import open_backends


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with open_backends(config.from_environment()) as opened:
        app.state.backends = partners.app.state.backends = opened
        yield


app = FastAPI(title="Storefront", lifespan=lifespan)
app.include_router(catalogue.router)
app.include_router(baskets.router)
app.include_router(checkout.router)
app.mount("/pages", Starlette(routes=pages.routes))
app.mount("/partners", partners.app)
