"""Open the home that was asked for: the folder of this machine, or the ClickHouse server at an address.

Called by `command` and by commands that look after a store.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spanorigin_server.records import StartRefused

from .address import StoreAddress, store_address

if TYPE_CHECKING:
    from .clickhouse import ClickHouse
    from .home import Home


def open_home(store: str, folder: Path, patience_s: float = 30.0) -> Home:
    """The home at an address, or in the folder where there is none. Raises StartRefused.

    A server that does not answer yet is waited for, `patience_s` long: both may be starting together.
    """
    if store:
        return clickhouse(store_address(store), patience_s)
    # Here, not above: either engine takes long to import, and only one is wanted.
    from .engine import EmbeddedEngine

    return EmbeddedEngine(folder)


def clickhouse(address: StoreAddress, patience_s: float = 0.0) -> ClickHouse:
    """The same for what is known to be a server."""
    try:
        from .clickhouse import ClickHouse
    except ModuleNotFoundError as error:
        raise StartRefused(
            f"A store on a ClickHouse server needs the package {error.name}, which is not installed. "
            "Install it with pip install 'spanorigin-server[clickhouse]'.",
            slug="clickhouse-client-missing",
        ) from None
    return ClickHouse(address, patience_s=patience_s)
