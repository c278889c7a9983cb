"""Spans of a small shop: an entry that calls its stock line in a loop, and pays another service, day and night."""

from __future__ import annotations

from .conftest import NOON_NS, SECOND_NS

ROOT = "/srv/shop"
ENTRY = {
    "code.file.path": f"{ROOT}/app/views.py",
    "code.line.number": 10,
    "code.function.name": "app.views.show",
    "spanorigin.type": "entry",
}
LOOP = {
    "code.file.path": f"{ROOT}/app/stock.py",
    "code.line.number": 47,
    "code.function.name": "app.stock.load",
    "spanorigin.type": "exit",
    "spanorigin.frames": f"{ROOT}/app/stock.py:47 app.stock.load\n{ROOT}/app/views.py:12 app.views.show",
}
PAY = {
    "code.file.path": f"{ROOT}/app/lib/pay.py",
    "code.line.number": 88,
    "code.function.name": "app.lib.pay.charge",
    "spanorigin.type": "exit",
}
BANK = {
    "code.file.path": "/srv/bank/bank/api.py",
    "code.line.number": 5,
    "code.function.name": "bank.api.charge",
    "spanorigin.type": "entry",
}
MS = 1_000_000
LOOPS = 6


def shop(version: str = "1", commit: str = "a" * 40) -> dict[str, object]:
    """The resource of the shop's process."""
    return {"spanorigin.source.root": ROOT, "service.version": version, "vcs.ref.head.revision": commit}


def visit(number: int, *, start_ns: int = NOON_NS, factor: int = 1, failed: bool = False, **resource: str) -> list:
    """The spans of one request: entry of 100 ms, six calls of 10 ms from one line, one of 20 ms into the bank."""
    trace_id = f"{number:032x}"
    root = f"{number:012x}0000"
    pay = f"{number:012x}00ff"
    shared: dict[str, object] = {"trace_id": trace_id, "service": "shop", "resource": shop(**resource)}
    entry = {
        "name": "GET /show",
        "span_id": root,
        "kind": "server",
        "attributes": ENTRY | {"http.route": "/show", "tenant": f"t{number % 2}", "size": number},
        "start_ns": start_ns,
        "duration_ns": 100 * MS * factor,
        "status": "error" if failed else "unset",
        "message": "card refused" if failed else "",
    }
    calls = [
        {
            "name": "SELECT",
            "span_id": f"{number:012x}{call + 1:04x}",
            "parent_id": root,
            "kind": "client",
            "attributes": LOOP,
            "start_ns": start_ns + call * MS,
            "duration_ns": 10 * MS,
        }
        for call in range(LOOPS)
    ]
    paying = {
        "name": "POST",
        "span_id": pay,
        "parent_id": root,
        "kind": "client",
        "attributes": PAY,
        "start_ns": start_ns + 70 * MS,
        "duration_ns": 20 * MS,
    }
    bank = {
        "name": "POST /charge",
        "service": "bank",
        "trace_id": trace_id,
        "span_id": f"{number:012x}0fff",
        "parent_id": pay,
        "kind": "server",
        "attributes": BANK,
        "resource": {"spanorigin.source.root": "/srv/bank"},
        "start_ns": start_ns + 71 * MS,
        "duration_ns": 15 * MS,
    }
    return [*({**shared, **span} for span in (entry, *calls, paying)), bank]


def visits(count: int, *, every_s: int = 1, until_ns: int = NOON_NS, **options: object) -> list:
    """`count` visits, the newest at `until_ns`."""
    first = int(options.pop("first", 1))  # type: ignore[call-overload]
    return [
        span
        for age in range(count)
        for span in visit(first + age, start_ns=until_ns - age * every_s * SECOND_NS, **options)  # type: ignore[arg-type]
    ]
