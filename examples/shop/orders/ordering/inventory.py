"""Stock is kept by the back office; an order takes its share there before it is written here."""

import os

import requests

ADMIN_URL = os.environ.get("ADMIN_URL", "http://127.0.0.1:8002")

_http = requests.Session()


class OutOfStock(Exception):
    """Somebody else was faster."""


def reserve(quantities: dict[str, int]) -> None:
    response = _http.post(f"{ADMIN_URL}/api/reservations/", json=quantities, timeout=5)
    if response.status_code == 409:
        raise OutOfStock(response.json()["message"])
    response.raise_for_status()
