"""Measure whole requests with ddtrace's capture on and off: `python request_ddtrace.py PORT ROUNDS`.

As request_capture.py does, in ddtrace 4.0.4's environment, the last release with exit origins: under its own
instrumentations of Flask, SQLAlchemy and sqlite3, with its own writer, which sends to 127.0.0.1:PORT as to Datadog's
agent.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from ddtrace_alone import NoUploader


def measure(rounds: int) -> dict[str, list[float]]:
    """CPU microseconds a request, of each block, by variant."""
    import ddtrace.debugging._products.code_origin.span as product
    from ddtrace import patch, tracer
    from ddtrace.debugging._origin import span as origin

    for processor in (origin.SpanCodeOriginProcessorEntry, origin.SpanCodeOriginProcessorExit):
        processor.__uploader__ = NoUploader
    # Before the application is made: handlers are met as they are registered.
    product.start()
    patch(flask=True, sqlalchemy=True, sqlite3=True)
    import request_shop
    from request_blocks import blocks, requests

    app = request_shop.make_app(request_shop.make_engine())
    _check(tracer, lambda: requests(app, 2))
    return blocks(
        app, {"off": product.stop, "on": product.start, "off again": product.stop}, flush=tracer.flush, rounds=rounds
    )


def _check(tracer: Any, ask: Callable[[], None]) -> None:
    """An entry and several exits, or something else is being measured."""
    writer, types = tracer._span_aggregator.writer, []
    write = writer.write

    def counting(spans: Any = None) -> None:
        types.extend(span.get_tag("_dd.code_origin.type") for span in spans or ())
        write(spans)

    writer.write = counting
    ask()
    del writer.write
    if "entry" not in types or types.count("exit") < 4:
        raise SystemExit(f"A request has other spans than it should: {types}")


if __name__ == "__main__":
    os.environ.update(
        DD_TRACE_AGENT_URL=f"http://127.0.0.1:{sys.argv[1]}",
        DD_INSTRUMENTATION_TELEMETRY_ENABLED="false",
        DD_REMOTE_CONFIGURATION_ENABLED="false",
        DD_TRACE_STARTUP_LOGS="false",
        DD_CODE_ORIGIN_FOR_SPANS_ENABLED="true",
    )
    logging.disable(logging.CRITICAL)
    from timing import pin_to_one_core

    pin_to_one_core()
    print(json.dumps(measure(int(sys.argv[2]))))
