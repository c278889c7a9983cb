"""What discovery costs a request, on the newest Python that the tests have an environment for (`nox -s cases-3.13`).

A bottle application behind OpenTelemetry's WSGI middleware: without the agent, with the agent alone (which knows no
bottle, and finds nothing), with discovery. And a loop of the user's functions outside a request.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from figures import Figure, note, report

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = ("cases-3-13", "cases-3-12")
ROUNDS = 60
_WARM = 150
"""Requests after a switch that nobody counts: as many as it takes until the agent takes a program for settled."""


def figures() -> Iterator[Figure]:
    """Ratios, from CPU times of variants in turns."""
    pythons = [HERE.parent / ".nox" / name / "bin/python" for name in ENVIRONMENTS]
    python = next((each for each in pythons if each.is_file()), None)
    if python is None:
        note("No environment has sys.monitoring: .venv/bin/nox -s cases-3.13 makes one.")
        return
    done = subprocess.run([python, __file__, "measure"], stdout=subprocess.PIPE, text=True, check=True, cwd=HERE)
    taken: dict[str, Any] = json.loads(done.stdout)
    yield Figure("discovery.request", taken["discovery"] / taken["agent"], "ratio", "a request, beside the agent alone")
    yield Figure(
        "discovery.request_us",
        (taken["discovery"] - taken["agent"]) / 1000,
        "us",
        f"added to a request of {taken['agent'] / 1000:.0f} us that gets its origin (Python {taken['python']})",
    )
    yield Figure(
        "discovery.loop", taken["loop_discovery"] / taken["loop_agent"], "ratio", "settled functions in a loop"
    )
    yield Figure("discovery.first_us", taken["first"] / 1000, "us", "added to the very first request, once a process")


def measure() -> dict[str, Any]:
    """CPU nanoseconds."""
    import platform
    import time
    import types
    from wsgiref.util import setup_testing_defaults

    from bottle import Bottle
    from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware
    from opentelemetry.sdk.trace import TracerProvider
    from spanorigin import agent
    from spanorigin.settings import Settings
    from timing import pin_to_one_core, steady_ns

    pin_to_one_core()
    provider = TracerProvider(shutdown_on_exit=False)
    bottle = Bottle()
    shop = types.ModuleType("shop")
    source = "def home(): return 'home'\ndef one(n): return n\ndef loop():\n    for n in range(200): one(n)\n"
    exec(compile(source, "/srv/shop/app.py", "exec"), vars(shop))
    bottle.get("/")(shop.home)
    app = OpenTelemetryMiddleware(bottle, tracer_provider=provider)

    def request() -> None:
        environ: dict[str, Any] = {"PATH_INFO": "/"}
        setup_testing_defaults(environ)
        body = app(environ, _answered)
        list(body)
        body.close()

    def use(discovery: bool) -> None:
        agent.uninstall()
        agent.install(provider, settings=Settings(door="off", discovery=discovery, exclude=(f"{HERE}/*",)))
        for _ in range(_WARM):
            request()

    for _ in range(60):
        request()
    firsts = []
    for discovery in (False, True):
        agent.uninstall()
        agent.install(provider, settings=Settings(door="off", discovery=discovery, exclude=(f"{HERE}/*",)))
        before = time.thread_time_ns()
        request()
        firsts.append(time.thread_time_ns() - before)
    taken = steady_ns(
        {
            "agent": (lambda: use(False), request),
            "discovery": (lambda: use(True), request),
            "loop_agent": (lambda: use(False), shop.loop),
            "loop_discovery": (lambda: use(True), shop.loop),
        },
        calls=30,
        rounds=ROUNDS,
    )
    if agent.status().discovered == () or agent.status().failures:
        raise SystemExit(f"Nothing was discovered: {agent.status()}")
    return {**taken, "first": firsts[1] - firsts[0], "python": platform.python_version()}


def _answered(*_: Any) -> None:
    """WSGI's start_response."""


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        print(json.dumps(measure()))
    else:
        report(figures)
