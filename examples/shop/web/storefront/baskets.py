"""Baskets, held in memory: losing one costs a customer a minute, not money."""

from collections import Counter, defaultdict

from fastapi import APIRouter
from pydantic import BaseModel, Field

from . import pricing
from .backends import UsesBackends
from .customers import KnownCustomer

router = APIRouter(prefix="/basket", tags=["baskets"])

baskets: defaultdict[int, Counter[str]] = defaultdict(Counter)


class Line(BaseModel):
    sku: str
    quantity: int = Field(default=1, ge=1, le=99)


@router.get("")
async def show_basket(customer: KnownCustomer, using: UsesBackends) -> dict:
    quote = await pricing.quote(using, baskets[customer].items())
    return {"lines": baskets[customer], "prices": quote.prices, "total_pence": quote.total_pence}


@router.post("/lines", status_code=201)
def add_line(line: Line, customer: KnownCustomer) -> dict:
    baskets[customer][line.sku] += line.quantity
    return {"lines": baskets[customer]}
