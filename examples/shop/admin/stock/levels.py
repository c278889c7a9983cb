"""Stock levels: how much is left, and taking some of it."""

from django.db import transaction
from django.db.models import F

from .models import Product, Reservation

LOW_BELOW = 20


class Shortage(Exception):
    """Not enough in stock."""


def running_low() -> list[str]:
    return list(Product.objects.filter(in_stock__lt=LOW_BELOW).values_list("sku", flat=True))


@transaction.atomic
def take_all(quantities: dict[str, int]) -> None:
    """Take all of them or, when one is short, none."""
    for sku, quantity in quantities.items():
        take(sku, quantity)


def take(sku: str, quantity: int) -> None:
    enough = Product.objects.filter(sku=sku, in_stock__gte=quantity)
    if not enough.update(in_stock=F("in_stock") - quantity):
        raise Shortage(f"There are not {quantity} of {sku} in stock.")
    Reservation.objects.create(product=Product.objects.get(sku=sku), quantity=quantity)
