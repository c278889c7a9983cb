"""HTTP clients for the services behind the storefront, opened once and handed to handlers as a dependency."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

import httpx
from fastapi import Depends, Request

from .config import Config


@dataclass(frozen=True, slots=True)
class Backends:
    orders: httpx.AsyncClient
    admin: httpx.AsyncClient
    carrier_patience_s: float


@asynccontextmanager
async def open_backends(config: Config) -> AsyncIterator[Backends]:
    async with (
        httpx.AsyncClient(base_url=config.orders_url, timeout=5) as orders,
        httpx.AsyncClient(base_url=config.admin_url, timeout=5) as admin,
    ):
        yield Backends(orders, admin, config.carrier_patience_s)


def backends(request: Request) -> Backends:
    return request.app.state.backends


UsesBackends = Annotated[Backends, Depends(backends)]
