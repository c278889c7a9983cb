"""From basket to order. The customer waits for the order; loyalty points are counted afterwards."""

from fastapi import APIRouter, BackgroundTasks, HTTPException

from . import pricing
from .backends import Backends, UsesBackends
from .baskets import baskets
from .customers import KnownCustomer

router = APIRouter(tags=["checkout"])


@router.post("/checkout", status_code=201)
async def check_out(customer: KnownCustomer, using: UsesBackends, afterwards: BackgroundTasks) -> dict:
    basket = baskets[customer]
    if not basket:
        raise HTTPException(409, "The basket is empty.")
    quote = await pricing.quote(using, basket.items())
    lines = [{"sku": sku, "quantity": basket[sku], "pence": pence} for sku, pence in quote.prices.items()]

    response = await using.orders.post("/orders/", json={"customer": customer, "lines": lines})
    if response.status_code == 409:
        raise HTTPException(409, response.json()["message"])
    response.raise_for_status()

    order = response.json()
    basket.clear()
    afterwards.add_task(credit_points, using, customer, quote.total_pence // 100)
    return {"order": order["id"], "total_pence": quote.total_pence}


async def credit_points(using: Backends, customer: int, points: int) -> None:
    await using.orders.post(f"/customers/{customer}/points", json={"points": points})
