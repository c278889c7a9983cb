"""What things cost. Prices are kept by the back office; every page that shows one asks here."""

from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from .backends import Backends
from .retrying import retry

FREE_SHIPPING_FROM_PENCE = 4000
SHIPPING_PENCE = 395


@dataclass(frozen=True, slots=True)
class Quote:
    prices: dict[str, int]
    shipping_pence: int

    @property
    def total_pence(self) -> int:
        return sum(self.prices.values()) + self.shipping_pence


@retry(times=3, on=httpx.TransportError)
async def current_prices(using: Backends, skus: list[str]) -> dict[str, int]:
    response = await using.admin.get("/api/prices/", params={"sku": skus})
    response.raise_for_status()
    return response.json()


async def quote(using: Backends, basket: Iterable[tuple[str, int]]) -> Quote:
    """Price a basket of (sku, quantity): pence for each sku, and what sending it costs."""
    wanted = dict(basket)
    unit_prices = await current_prices(using, sorted(wanted))
    prices = {sku: unit_prices[sku] * quantity for sku, quantity in wanted.items() if sku in unit_prices}
    ships_free = sum(prices.values()) >= FREE_SHIPPING_FROM_PENCE
    return Quote(prices, 0 if ships_free or not prices else SHIPPING_PENCE)
