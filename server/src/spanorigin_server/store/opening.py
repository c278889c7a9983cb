"""Open the home that was asked for: the folder of this machine, or the ClickHouse server at an address.

Called by `command` and by commands that look after a store.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .address import store_address

if TYPE_CHECKING:
    from .home import Home


def open_home(store: str, folder: Path, patience_s: float = 30.0) -> Home:
    """The home at an address, or in the folder where there is none. Raises StartRefused.

    A server that does not answer yet is waited for, `patience_s` long: both may be starting together.
    """
    # Here, not above: either engine takes long to import, and only one is wanted.
    if not store:
        from .engine import EmbeddedEngine

        return EmbeddedEngine(folder)
    address = store_address(store)

    from .clickhouse import ClickHouse

    return ClickHouse(address, patience_s=patience_s)
