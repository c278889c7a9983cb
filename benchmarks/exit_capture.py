"""Measure one tool's exit capture in the environment this runs in: `python exit_capture.py TOOL ROUNDS`.

`auto` is our agent with the walker that this interpreter gets, `python` with the one in Python, `python_one` the same
for one frame of the user's instead of eight, `adot` the peer. Each is measured as a whole, added to a provider that has
another span processor already: ours where `agent` puts it, governor included, a peer's first in the list. Started by
exit_origin.py, in our environment and in a peer's. Prints one JSON object: nanoseconds of a plain client span and what
the tool adds to it, by shape.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace import SpanKind
from stacks import PROJECT, SHAPES, chain, leaf
from timing import pin_to_one_core, steady_ns

_REACH = {"auto": 2000, "python": 2000, "python_one": 2000, "adot": 40}
"""Library frames a tool looks past; ADOT gives up after 50 frames, those of the SDK included."""
_SPANS = 20
"""Spans under one root span and one timed call, so that the root weighs little."""


class _Nothing(SpanProcessor):
    """What a plain span meets, in the place of an exporter's."""


def _ours(wanted: str, max_frames: int = 8) -> SpanProcessor:
    from spanorigin import emit, frameworks
    from spanorigin.counters import Tally
    from spanorigin.origin.borders import LAUNCHERS
    from spanorigin.origin.governor import Governor
    from spanorigin.origin.processor import OriginProcessor
    from spanorigin.origin.waiting import Waiting
    from spanorigin.origin.walk import Rules, choose_walker
    from spanorigin.settings import Settings
    from spanorigin.source import Sources

    # These files are nobody's request: they play the interpreter's part below the chain.
    settings = Settings(exclude=(str(Path(__file__).resolve().parent),), max_frames=max_frames)
    sources, tally = Sources(settings), Tally()
    rules = Rules.of(settings, LAUNCHERS + frameworks.borders(), emit.exit_attributes)
    walker, _ = choose_walker(sources, rules, wanted)
    attach, _ = emit.attach_at_start()
    # It measures and never thins: nothing but spans is done here, so any budget would be used up.
    governor = Governor(float("inf"), tally)
    return OriginProcessor(walker, attach, tally, Waiting(sources, rules), governor)


def _adot() -> SpanProcessor:
    from amazon.opentelemetry.distro.code_correlation import CodeAttributesSpanProcessor

    return CodeAttributesSpanProcessor()


_TOOLS: dict[str, Callable[[], SpanProcessor]] = {
    "auto": lambda: _ours("auto"),
    "python": lambda: _ours("python"),
    "python_one": lambda: _ours("python", max_frames=1),
    "adot": _adot,
}

Switch = Callable[[], None]


def _switches(tool: str, provider: TracerProvider) -> tuple[Switch, Switch]:
    """What puts the tool beside the provider's own processor, and what takes it away."""
    processor = _TOOLS[tool]()
    if tool == "adot":
        every = provider._active_span_processor
        others = every._span_processors
        return partial(setattr, every, "_span_processors", (processor, *others)), partial(
            setattr, every, "_span_processors", others
        )
    from spanorigin.providers import place_in

    place = place_in(provider)
    return partial(place.hold, processor), partial(place.hold, None)


def measure(tool: str, rounds: int) -> dict[str, dict[str, float]]:
    """Nanoseconds by shape: `plain`, a span without the tool; `added`, what the tool adds."""
    provider = TracerProvider(shutdown_on_exit=False)
    # Named as an instrumentation names itself; ADOT looks into other people's SERVER spans as well.
    tracer = provider.get_tracer("opentelemetry.instrumentation.benchmark")
    seen: list[Any] = [None]
    client = leaf(tracer, SpanKind.CLIENT, seen)
    provider.add_span_processor(_Nothing())
    put_in, take_out = _switches(tool, provider)

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

        variants = {"calls": (None, calls), "plain": (take_out, spans), "tool": (put_in, spans)}
        taken = steady_ns(variants, calls=3, rounds=rounds)
        through(client)
        _check(seen[0].attributes, 1 if tool == "python_one" else shape.user)
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
