"""Send the shop what its customers and staff would: browsing, baskets, orders, mistakes.

Started by `demo.py`, or by hand against services that run elsewhere on this machine. `VISITS` is every route of the
three services; `expected.yaml` says where in the code each of them ends up. Bounded in rate and time, and repeatable:
the same seed asks for the same things in the same order. Speaks to loopback addresses only.
"""

import argparse
import asyncio
import ipaddress
import random
import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

SERVICES = ("web", "orders", "admin")
CUSTOMER = {"X-Customer": "1"}
STRANGER = {"X-Customer": "404"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, its name in `expected.yaml`, the status it should be answered with, and how common it is."""

    name: str
    service: str
    method: str
    path: str
    answer: int = 200
    weight: int = 1
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


# In an order that makes sense once through: a basket is filled before it is paid.
VISITS = (
    Visit("catalogue", "web", "GET", "/products", weight=20),
    Visit("product", "web", "GET", "/products/ASSAM-250", weight=25),
    Visit("no such page", "web", "GET", "/coffee", answer=404, weight=2),
    Visit("no such product", "web", "GET", "/products/COFFEE-1", answer=404, weight=3),
    Visit("delivery of a parcel", "web", "GET", "/products/KETTLE-15/delivery", weight=6),
    Visit("delivery too slow", "web", "GET", "/products/SAMOVAR-5/delivery", answer=504, weight=2),
    Visit("fill the basket", "web", "POST", "/basket/lines", 201, 14, {"sku": "SENCHA-100"}, CUSTOMER),
    Visit("see the basket", "web", "GET", "/basket", weight=10, headers=CUSTOMER),
    Visit("basket of a stranger", "web", "GET", "/basket", answer=401, weight=1, headers=STRANGER),
    Visit("check out", "web", "POST", "/checkout", 201, 6, headers=CUSTOMER),
    Visit("check out nothing", "web", "POST", "/checkout", 409, 1, headers=CUSTOMER),
    Visit("welcome page", "web", "GET", "/pages/welcome?season=autumn", weight=8),
    Visit("web health", "web", "GET", "/pages/health", weight=2),
    Visit("partner feed", "web", "GET", "/partners/feeds/leaf-finder", weight=3),
    Visit("customer", "orders", "GET", "/customers/1", weight=3),
    Visit("order history", "orders", "GET", "/customers/1/history", weight=8),
    Visit("credit points", "orders", "POST", "/customers/1/points", weight=1, body={"points": 3}),
    Visit(
        "place an order",
        "orders",
        "POST",
        "/orders/",
        answer=201,
        weight=3,
        body={"customer": 2, "lines": [{"sku": "CUP-2", "quantity": 1, "pence": 1400}]},
    ),
    Visit(
        "order more than there is",
        "orders",
        "POST",
        "/orders/",
        answer=409,
        weight=1,
        body={"customer": 2, "lines": [{"sku": "SAMOVAR-5", "quantity": 99, "pence": 1871100}]},
    ),
    Visit("order", "orders", "GET", "/orders/1", weight=6),
    Visit("change an order", "orders", "PUT", "/orders/1", answer=405, weight=1),
    Visit("total in euros", "orders", "GET", "/orders/1/total?in=EUR", weight=4),
    Visit("total in an unknown currency", "orders", "GET", "/orders/1/total?in=XAU", answer=500, weight=2),
    Visit("bestsellers", "orders", "GET", "/reports/bestsellers", weight=2),
    Visit("busy days", "orders", "GET", "/reports/busy-days", weight=2),
    Visit("orders health", "orders", "GET", "/health", weight=2),
    Visit("dashboard", "admin", "GET", "/dashboard", weight=4),
    Visit("supplier", "admin", "GET", "/suppliers/1", weight=3),
    Visit("products, redirected", "admin", "GET", "/api/products", answer=301, weight=1),
    Visit("products", "admin", "GET", "/api/products/", weight=2),
    Visit("product record", "admin", "GET", "/api/products/CUP-2/", weight=2),
    Visit("running low", "admin", "GET", "/api/products/running-low/", weight=2),
    Visit("prices", "admin", "GET", "/api/prices/?sku=CUP-2&sku=KETTLE-15", weight=2),
    Visit("reserve", "admin", "POST", "/api/reservations/", answer=201, weight=1, body={"EARLGREY-125": 1}),
    Visit("reserve too much", "admin", "POST", "/api/reservations/", answer=409, weight=1, body={"CUP-2": 100000}),
    Visit("delivery slots", "admin", "GET", "/api/delivery/CUP-2/", weight=2),
    Visit("admin health", "admin", "GET", "/health", weight=2),
)


async def make(visit: Visit, client: httpx.AsyncClient, addresses: dict[str, str]) -> int | None:
    """Make one visit; return the status it was answered with, or None when the service is not there just now."""
    address = addresses[visit.service] + visit.path
    try:
        answer = await client.request(visit.method, address, json=visit.body, headers=visit.headers)
    except httpx.TransportError:
        return None
    return answer.status_code


async def visit_each_once(addresses: dict[str, str]) -> list[str]:
    """Make every visit, one after the other; return a line for each that was answered otherwise than it should be."""
    surprises = []
    async with httpx.AsyncClient(timeout=30) as client:
        for visit in VISITS:
            status = await make(visit, client, addresses)
            if status != visit.answer:
                surprises.append(f"{visit.name}: {visit.method} {visit.path} gave {status} instead of {visit.answer}")
    return surprises


async def keep_visiting(addresses: dict[str, str], rate_per_s: float, duration_s: float, seed: int) -> int:
    """Send about `rate_per_s` requests a second for `duration_s`; return how many were sent.

    Arrivals are spaced as strangers' are (exponentially), and at most ten are under way at once, so that a slow shop
    is not buried.
    """
    chance = random.Random(seed)
    weights = [visit.weight for visit in VISITS]
    clock = asyncio.get_running_loop()
    end = clock.time() + duration_s
    under_way: set[asyncio.Task[int | None]] = set()
    sent = 0
    async with httpx.AsyncClient(timeout=30) as client:
        while clock.time() < end:
            if len(under_way) < 10:
                (visit,) = chance.choices(VISITS, weights)
                under_way.add(asyncio.create_task(make(visit, client, addresses)))
                sent += 1
            await asyncio.sleep(min(chance.expovariate(rate_per_s), max(0.0, end - clock.time())))
            under_way = {task for task in under_way if not task.done()}
        await asyncio.gather(*under_way)
    return sent


def loopback(address: str) -> str:
    """`address` itself, when it is on this machine: this program is for the demo, not for loading other people's."""
    host = urlsplit(address).hostname or ""
    try:
        on_this_machine = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        on_this_machine = False
    if not on_this_machine:
        raise argparse.ArgumentTypeError(f"{address!r} is not on this machine; give http://127.0.0.1:PORT")
    return address.rstrip("/")


def main() -> int:
    parser = argparse.ArgumentParser(description="Send the demo shop a realistic mix of requests.")
    for service in SERVICES:
        parser.add_argument(f"--{service}", type=loopback, required=True, metavar="URL", help=f"address of {service}")
    parser.add_argument("--once", action="store_true", help="make every visit once, in order, and stop")
    parser.add_argument("--rate", type=float, default=5.0, metavar="N", help="requests a second (default: 5)")
    parser.add_argument(
        "--duration", type=float, default=900.0, metavar="S", help="seconds to go on for (default: 900)"
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed, another order (default: 1)")
    options = parser.parse_args()
    if not 0 < options.rate <= 200:
        parser.error("--rate must be above 0 and at most 200 requests a second")
    addresses = {service: getattr(options, service) for service in SERVICES}

    if options.once:
        surprises = asyncio.run(visit_each_once(addresses))
        print(*surprises, sep="\n", end="\n" if surprises else "", file=sys.stderr)
        print(f"{len(VISITS)} visits, {len(surprises)} surprises")
        return 1 if surprises else 0
    sent = asyncio.run(keep_visiting(addresses, options.rate, options.duration, options.seed))
    print(f"{sent} requests sent")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
