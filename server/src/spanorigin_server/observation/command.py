"""The command `spanorigin status`: how a server that runs is doing, for people, and with --json for programs."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any, Final

_NOT_WELL: Final = 1
_REFUSED: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where the server is well; 1 where it does not answer or is stopping, 2 where it refuses."""
    parser = ArgumentParser(prog="spanorigin status", description="How a running server is doing.")
    parser.add_argument(
        "--server", metavar="URL", help="its address (default: SPANORIGIN_ENDPOINT, http://localhost:4318)"
    )
    parser.add_argument("--json", action="store_true", help="for programs: what /api/v1/status answers")
    options = parser.parse_args(arguments)
    address = (options.server or os.environ.get("SPANORIGIN_ENDPOINT") or "http://localhost:4318").rstrip("/")
    if not address.startswith(("http://", "https://")):
        return _told(
            f"{address!r} is no address of a server. Give one that begins with http:// or https://.",
            "server-address",
            _REFUSED,
        )
    # Not an option: what is typed stands in the shell's history and in the list of processes.
    token = os.environ.get("SPANORIGIN_TOKEN", "")
    headers = {"accept": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(f"{address}/api/v1/status", headers=headers)  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            status = json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return _refused(address, refused)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return _told(
            f"Nothing answers at {address}: {reason}. Start the server with `spanorigin up`, or name its address with "
            "--server.",
            "server-not-reached",
            _NOT_WELL,
        )
    print(json.dumps(status, indent=1) if options.json else _page(address, status))
    return 0 if status["health"]["status"] == "ok" else _NOT_WELL


def _refused(address: str, refused: urllib.error.HTTPError) -> int:
    try:
        error = json.loads(refused.read())["error"]
        message, slug = str(error["message"]), str(error["slug"])
    except (ValueError, KeyError, TypeError, OSError):
        message, slug = f"{address} answers {refused.code}, and not as a server of this kind does.", "server-address"
    if refused.code in (401, 403):
        message += " This command takes a token with the right 'read' from SPANORIGIN_TOKEN."
    return _told(message, slug, _REFUSED)


def _told(message: str, slug: str, code: int) -> int:
    print(f"spanorigin: {message} [{slug}]", file=sys.stderr)
    return code


def _page(address: str, status: dict[str, Any]) -> str:
    health, stored, free = status["health"], _size(status["stored_bytes"]), _size(status["disk_free_bytes"])
    rows = [
        ("server", f"{address}, version {health['version']}, {health['status']}, up {_duration(health['uptime_ns'])}"),
        ("spans", f"{health['spans']:,} in {stored}; {free} left on the disk"),
        ("arriving", f"{health['spans_per_second']:,.1f} spans a second over the last ten"),
        ("waiting", f"{status['waiting_bodies']} requests, {_size(status['waiting_bytes'])}"),
        ("commits", _spread(status["commits"])),
        ("questions", _spread(status["questions"])),
        ("memory", _size(status["memory_bytes"])),
        *(
            (f"port {door['port']}", f"{door['protocol']}, {door['requests']:,} requests")
            for door in health["listeners"]
        ),
        *(("refused", f"{each['count']:,} {each['reason']}") for each in status["refused"]),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in rows)


def _spread(spread: dict[str, Any]) -> str:
    if not spread["count"]:
        return "none yet"
    middle, most = _duration(spread["p50_ns"]), _duration(spread["p95_ns"])
    return f"half within {middle}, 95 of 100 within {most} (the last {spread['count']})"


def _duration(ns: int) -> str:
    seconds = ns / 1e9
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def _size(count: int | None) -> str:
    if count is None:
        return "unknown"
    size = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
