"""The `spanorigin check-store` command: is a ClickHouse server fit to hold spans, or to read a Collector's?"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Final

from spanorigin_server.records import StartRefused
from spanorigin_server.settings import store_address_text

from .address import store_address

NOT_FIT: Final = 1
REFUSED: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything is well, 1 when something is not, 2 when the server was not met."""
    parser = ArgumentParser(
        prog="spanorigin check-store",
        description="Check a ClickHouse store: version, rights, cluster, schema, and a span's way in and out. "
        "Makes the tables that the server would make at its start, and removes the span again.",
    )
    parser.add_argument("url", metavar="URL", nargs="?", help="the store's address (default: SPANORIGIN_STORE)")
    options = parser.parse_args(arguments)
    try:
        address = store_address(store_address_text(options.url))

        # Here: the client takes long to import, and a wrong address should not wait for it.
        from .checking import check
        from .opening import clickhouse

        home = clickhouse(address)
    except StartRefused as refusal:
        print(f"spanorigin: {refusal.message} [{refusal.slug}]", file=sys.stderr)
        return REFUSED
    print(f"{address.told}")
    is_well = True
    try:
        for finding in check(home):
            print(f"  {'ok' if finding.is_well else 'NO':3}{finding.subject:12}{finding.text}", flush=True)
            is_well &= finding.is_well
    finally:
        home.close()
    print("It is fit." if is_well else "It is not fit. docs/clickhouse.md says what a store needs.")
    return 0 if is_well else NOT_FIT
