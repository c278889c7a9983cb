"""Measure ddtrace's entry capture in its environment: `python entry_ddtrace.py ROUNDS`. As entry_capture.py does.

4.16.0 rewrites a handler's bytecode: when it is registered, and once more at its first call. Its spans have no writer
here. The handler that is plain was registered before capture was enabled, and so was never touched.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from ddtrace_alone import NoUploader, NoWriter


def measure(rounds: int) -> dict[str, float]:
    """Nanoseconds."""
    from ddtrace import patch, tracer

    patch(flask=True)
    from ddtrace.debugging._origin.span import SpanCodeOriginProcessorEntry as Entries
    from ddtrace.internal import core
    from flask import Flask
    from handlers import project, request, views
    from timing import steady_ns

    tracer._span_aggregator.writer = NoWriter()
    Entries.__uploader__ = NoUploader
    core.reset_listeners("service_entrypoint.patch")

    def handled(view: Callable[[], Any]) -> Callable[[], None]:
        def call() -> None:
            with tracer.trace("request", span_type="web"):
                view()

        return call

    with project() as modules:
        app, handlers = Flask("shop"), views(modules)
        for module in modules:
            app.register_blueprint(module.blueprint)
        plain, wrapped = handlers[0], handlers[1]
        Entries.enable()
        register, first = _unseen(tracer, Entries, handlers[1:])
        _check(tracer, wrapped)
        taken = steady_ns(
            {
                "off": (Entries.enable, handled(plain)),
                "on": (Entries.enable, handled(wrapped)),
                "disabled": (Entries.disable, handled(wrapped)),
            },
            calls=50,
            rounds=rounds,
        )
        whole_plain, whole = request(app, "/part/0/order/0"), request(app, "/part/1/order/0")
        flask = steady_ns(
            {"off": (Entries.enable, whole_plain), "on": (Entries.enable, whole)}, calls=20, rounds=rounds // 2
        )
    return {
        "plain": taken["off"],
        "added": taken["on"] - taken["off"],
        "disabled": taken["disabled"] - taken["off"],
        "flask_plain": flask["off"],
        "flask": flask["on"] - flask["off"],
        "first": first,
        "register": register,
    }


def _unseen(tracer: Any, entries: Any, handlers: list[Callable[[], Any]]) -> tuple[float, float]:
    """What registering a handler takes, and its first call against a later one; means over all."""
    gc.disable()
    before = time.thread_time_ns()
    for view in handlers:
        entries.instrument_view(view)
    register = (time.thread_time_ns() - before) / len(handlers)
    taken = []
    for _ in range(3):
        spent = 0
        for view in handlers:
            with tracer.trace("request", span_type="web"):
                before = time.thread_time_ns()
                view()
                spent += time.thread_time_ns() - before
        taken.append(spent / len(handlers))
    gc.enable()
    return register, taken[0] - taken[2]


def _check(tracer: Any, view: Callable[[], Any]) -> None:
    with tracer.trace("request", span_type="web") as span:
        view()
    # The line is that of the decorator; of whom, is what matters here.
    if not span.get_tag("_dd.code_origin.frames.0.file").endswith("part_1.py"):
        raise SystemExit(f"ddtrace named another handler: {span.get_tags()}")


if __name__ == "__main__":
    for variable in ("TELEMETRY_ENABLED", "REMOTE_CONFIGURATION_ENABLED"):
        os.environ[f"DD_INSTRUMENTATION_{variable}" if variable[0] == "T" else f"DD_{variable}"] = "false"
    os.environ.update(DD_TRACE_STARTUP_LOGS="false", DD_CODE_ORIGIN_FOR_SPANS_ENABLED="true")
    from timing import pin_to_one_core

    logging.disable(logging.CRITICAL)
    pin_to_one_core()
    print(json.dumps(measure(int(sys.argv[1]))))
