"""Products, as customers see them."""

import httpx
from fastapi import APIRouter, HTTPException

from . import pricing
from .backends import UsesBackends
from .retrying import retry

router = APIRouter(prefix="/products", tags=["catalogue"])


@router.get("")
async def list_products(using: UsesBackends) -> list[dict]:
    response = await using.admin.get("/api/products/")
    response.raise_for_status()
    return response.json()


@router.get("/{sku}")
async def show_product(sku: str, using: UsesBackends) -> dict:
    response = await using.admin.get(f"/api/products/{sku}/")
    if response.status_code == 404:
        raise HTTPException(404, f"We do not sell {sku}.")
    product = response.json()
    quote = await pricing.quote(using, [(sku, 1)])
    return {**product, "shipping_pence": quote.shipping_pence, "total_pence": quote.total_pence}


@router.get("/{sku}/delivery")
async def show_delivery(sku: str, using: UsesBackends) -> dict:
    """The next delivery slots. Oversize goods wait for a slow carrier, and then so does the customer."""
    try:
        slots = await delivery_slots(using, sku)
    except httpx.TimeoutException as late:
        raise HTTPException(504, "The carrier did not answer in time. Please try again later.") from late
    return {"sku": sku, "slots": slots}


@retry(times=2, on=httpx.TimeoutException)
async def delivery_slots(using, sku: str) -> list[str]:
    response = await using.admin.get(f"/api/delivery/{sku}/", timeout=using.carrier_patience_s)
    response.raise_for_status()
    return response.json()["slots"]
