"""Where the storefront finds the other services, and how patient it is. Read from the environment once."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Config:
    orders_url: str
    admin_url: str
    carrier_patience_s: float


def from_environment() -> Config:
    return Config(
        orders_url=os.environ.get("ORDERS_URL", "http://127.0.0.1:8001"),
        admin_url=os.environ.get("ADMIN_URL", "http://127.0.0.1:8002"),
        carrier_patience_s=float(os.environ.get("CARRIER_PATIENCE_S", "0.4")),
    )
