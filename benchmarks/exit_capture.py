"""Measure one tool's exit capture in the environment this runs in: `python exit_capture.py auto|python|adot ROUNDS`.

`auto` is our agent with the walker that this interpreter gets, `python` with the one in Python. Started by
exit_origin.py, in our environment and in a peer's. Prints one JSON object: nanoseconds of a plain client span and
what the tool adds to it, by shape.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace import SpanKind
from stacks import PROJECT, SHAPES, chain, leaf
from timing import pin_to_one_core, steady_ns

_REACH = {"auto": 2000, "python": 2000, "adot": 40}
"""Library frames a tool looks past; ADOT gives up after 50 frames, those of the SDK included."""
_SPANS = 20
"""Spans under one root span and one timed call, so that the root weighs little."""


class _Switch(SpanProcessor):
    """The only processor of the provider; what it does is switched between rounds."""


def _nothing(span: Any, parent_context: Any = None) -> None:
    pass


def _ours(wanted: str) -> Callable[..., None]:
    from spanorigin import emit, frameworks
    from spanorigin.counters import Tally
    from spanorigin.origin.borders import LAUNCHERS
    from spanorigin.origin.processor import OriginProcessor
    from spanorigin.origin.walk import Rules, choose_walker
    from spanorigin.settings import Settings
    from spanorigin.source import Sources

    # These files are nobody's request: they play the interpreter's part below the chain.
    settings = Settings(exclude=(str(Path(__file__).resolve().parent),))
    rules = Rules.of(settings, LAUNCHERS + frameworks.borders(), emit.exit_attributes)
    walker, _ = choose_walker(Sources(settings), rules, wanted)
    attach, _ = emit.attach_at_start()
    return OriginProcessor(walker, attach, Tally()).on_start


def _adot() -> Callable[..., None]:
    from amazon.opentelemetry.distro.code_correlation import CodeAttributesSpanProcessor

    return CodeAttributesSpanProcessor().on_start


_TOOLS = {"auto": lambda: _ours("auto"), "python": lambda: _ours("python"), "adot": _adot}


def measure(tool: str, rounds: int) -> dict[str, dict[str, float]]:
    """Nanoseconds by shape: `plain`, a span without the tool; `added`, what the tool adds."""
    switch = _Switch()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(switch)
    # Named as an instrumentation names itself; ADOT looks into other people's SERVER spans as well.
    tracer = provider.get_tracer("opentelemetry.instrumentation.benchmark")
    seen: list[Any] = [None]
    client = leaf(tracer, SpanKind.CLIENT, seen)
    on_start = _TOOLS[tool]()

    def use(processor: Callable[..., None]) -> Callable[[], None]:
        return lambda: setattr(switch, "on_start", processor)

    results = {}
    for shape in SHAPES:
        if shape.library > _REACH[tool]:
            continue
        through = chain(shape)

        def spans(through: Any = through) -> None:
            # Not a SERVER span, whose entry would be charged to the exits below it.
            with tracer.start_as_current_span("request"):
                for _ in range(_SPANS):
                    through(client)

        def calls(through: Any = through) -> None:
            for _ in range(_SPANS):
                through(_no_span)

        variants = {"calls": (None, calls), "plain": (use(_nothing), spans), "tool": (use(on_start), spans)}
        taken = steady_ns(variants, calls=3, rounds=rounds)
        through(client)
        _check(seen[0].attributes, shape.user)
        results[shape.label] = {
            "plain": (taken["plain"] - taken["calls"]) / _SPANS,
            "added": (taken["tool"] - taken["plain"]) / _SPANS,
        }
    return results


def _no_span() -> None:
    pass


def _check(attributes: Any, user_frames: int) -> None:
    """A tool that names the wrong file is not being measured at all."""
    if attributes["code.file.path"] != f"{PROJECT}/part_0.py":
        raise SystemExit(f"The tool under test named the wrong place: {dict(attributes)}")
    frames = attributes.get("spanorigin.frames")
    if frames is not None and len(frames.split("\n")) != min(user_frames, 8):
        raise SystemExit(f"The tool under test named the wrong frames: {frames}")


if __name__ == "__main__":
    pin_to_one_core()
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
