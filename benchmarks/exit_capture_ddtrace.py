"""Measure ddtrace's exit capture in its environment: `python exit_capture_ddtrace.py ROUNDS`. As exit_capture.py does.

4.0.4 is the last release that had it. Its spans are its own, without a writer, and its tags those of its first eight
user frames. It takes every file that no distribution brought for the user's, so all that runs here is compiled under
the name of a library's file, and begins in a thread, below which there is nothing.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import sys
import sysconfig
import threading
import types
from pathlib import Path
from typing import Any

from ddtrace_alone import NoUploader, NoWriter

HERE = Path(__file__).resolve().parent
_DISGUISE = sysconfig.get_path("purelib") + "/wrapt/_benchmark_{}.py"
_SPANS = 20


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """Nanoseconds by shape: `plain`, a span of ddtrace's without its origin; `added`, what the origin adds."""
    from ddtrace import tracer
    from ddtrace.debugging._origin.span import SpanCodeOriginProcessorExit as Exits
    from stacks import PACKAGES, PROJECT, SHAPES, chain
    from timing import steady_ns

    tracer._span_aggregator.writer = NoWriter()
    Exits.__uploader__ = NoUploader
    seen: list[Any] = [None]
    source = (
        "def leaf():\n"
        "    with tracer.trace('SELECT', span_type='sql') as span:\n"
        "        span.set_tag('db.system', 'sqlite')\n"
        "        span.set_tag('db.rows', '1')\n"
        "        seen[0] = span\n"
    )
    namespace: dict[str, Any] = {"tracer": tracer, "seen": seen, "__name__": "strategies"}
    exec(compile(source, f"{PACKAGES}/sqlalchemy/engine/strategies.py", "exec"), namespace)
    client = namespace["leaf"]

    results = {}
    for shape in SHAPES:
        through = chain(shape)

        def spans(through: Any = through) -> None:
            with tracer.trace("request", span_type="web"):
                for _ in range(_SPANS):
                    through(client)

        def calls(through: Any = through) -> None:
            for _ in range(_SPANS):
                through(int)

        variants = {"calls": (None, calls), "plain": (Exits.disable, spans), "tool": (Exits.enable, spans)}
        taken = steady_ns(variants, calls=3, rounds=rounds)
        _check(seen[0].get_tags(), PROJECT, min(shape.user, 8))
        results[shape.label] = {
            "plain": (taken["plain"] - taken["calls"]) / _SPANS,
            "added": (taken["tool"] - taken["plain"]) / _SPANS,
        }
    return results


def _check(tags: dict[str, str], project: str, frames: int) -> None:
    files = {name: value for name, value in tags.items() if name.endswith(".file")}
    if len(files) != frames or not all(value.startswith(project) for value in files.values()):
        raise SystemExit(f"ddtrace named other frames than the {frames} of the user's: {files}")


def main(rounds: int) -> None:
    """Measure and print, in a thread's own frames."""
    from timing import pin_to_one_core

    logging.disable(logging.CRITICAL)
    pin_to_one_core()
    print(json.dumps(measure(rounds)), flush=True)


def _disguised(name: str) -> tuple[types.ModuleType, types.CodeType]:
    module = types.ModuleType(name)
    module.__file__ = _DISGUISE.format(name)
    sys.modules[name] = module
    return module, compile((HERE / f"{name}.py").read_text(), module.__file__, "exec")


if __name__ == "__main__":
    for variable in ("DD_INSTRUMENTATION_TELEMETRY_ENABLED", "DD_REMOTE_CONFIGURATION_ENABLED"):
        os.environ[variable] = "false"
    os.environ["DD_TRACE_STARTUP_LOGS"] = "false"
    for each in ("timing", "stacks", Path(__file__).stem):
        made, code = _disguised(each)
        exec(code, made.__dict__)
    thread = threading.Thread(target=functools.partial(made.main, int(sys.argv[1])))
    thread.start()
    thread.join()
