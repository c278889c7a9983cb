"""Who is asking: a dependency shared by the routes that need a known customer."""

from typing import Annotated

from fastapi import Depends, Header, HTTPException

from .backends import UsesBackends


async def known_customer(using: UsesBackends, x_customer: Annotated[int, Header()]) -> int:
    response = await using.orders.get(f"/customers/{x_customer}")
    if response.status_code == 404:
        raise HTTPException(401, f"There is no customer {x_customer}.")
    response.raise_for_status()
    return x_customer


KnownCustomer = Annotated[int, Depends(known_customer)]
