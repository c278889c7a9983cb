"""`spanorigin search 'QUERY'`: the Explorer's rows on the terminal, each with its file and line."""

from __future__ import annotations

import argparse
import datetime
import re
import sys
from collections.abc import Sequence

from spanorigin_tools.client import DEFAULT_SERVER, Client, ServerError, Span
from spanorigin_tools.settings import token_to_show

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def main(arguments: Sequence[str]) -> int:
    """Print the spans found; ends with 0 when there are some, 1 when there are none, 2 on a mistake."""
    options = _parser().parse_args(arguments)
    try:
        client = Client(options.server, token=token_to_show())
        spans = list(client.search(options.query, limit=options.limit, window_s=options.since))
    except ServerError as refusal:
        _print_refusal(refusal, options.query)
        return 2
    for span in spans:
        print(row(span))
    if not spans:
        print("No spans match. Look further back with --since 24h, or ask for less.", file=sys.stderr)
    return 0 if spans else 1


def row(span: Span) -> str:
    """One line: local time, service, duration, status, origin, resource. What is missing is a dash."""
    started = datetime.datetime.fromtimestamp(int(span.start_ns) / 1e9).strftime("%H:%M:%S.%f")[:-3]
    status = str(span.http_status) if span.http_status is not None else span.status
    origin = f"{span.origin.path}:{span.origin.line} {span.origin.function}" if span.origin else "–"
    return f"{started}  {span.service:<12}  {duration(span.duration_ns):>8}  {status:<5}  {origin}  {span.resource}"


def duration(nanoseconds: int) -> str:
    """At most three digits that matter, with the unit: `42 µs`, `9.5 ms`, `803 ms`, `1.21 s`."""
    for limit, divisor, unit in ((1e3, 1, "ns"), (1e6, 1e3, "µs"), (1e9, 1e6, "ms"), (float("inf"), 1e9, "s")):
        value = nanoseconds / divisor
        if float(f"{value:.3g}") * divisor < limit:
            return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"
    raise AssertionError("the last limit is infinite")


def _window(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"'{text}' is no length of time; give a number and s, m, h or d, such as 15m")
    return float(match[1]) * _UNITS_S[match[2]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spanorigin search", description="Spans that match a query, newest first, each with its file and line."
    )
    parser.add_argument("query", nargs="?", default="", help="as in the Explorer, such as 'service:web status:error'")
    parser.add_argument("--since", type=_window, default="15m", metavar="TIME", help="how far back: 30s, 15m, 6h, 7d")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="at most so many spans (default 20)")
    parser.add_argument("--server", default=DEFAULT_SERVER, help=f"address of the server (default {DEFAULT_SERVER})")
    return parser


def _print_refusal(refusal: ServerError, query: str) -> None:
    print(refusal, file=sys.stderr)
    if refusal.offset is not None:
        print(f"  {query}\n  {' ' * refusal.offset}^", file=sys.stderr)
