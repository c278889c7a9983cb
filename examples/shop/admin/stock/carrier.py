"""Delivery slots. Parcels are answered from a table; oversize goods are asked of a carrier who takes his time."""

import time

from .models import Product

PARCEL_SLOTS = ["tomorrow morning", "tomorrow afternoon"]
CARRIER_TAKES_S = 1.5


def slots(sku: str) -> list[str]:
    product = Product.objects.only("is_oversize").get(sku=sku)
    if not product.is_oversize:
        return PARCEL_SLOTS
    time.sleep(CARRIER_TAKES_S)
    return ["next week"]
