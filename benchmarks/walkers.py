"""Measure the three walkers side by side: a whole walk, each further frame, and what a span gets dearer by.

The stacks are those of exit_origin.py. A walk is what the calls through a chain cost with it, less what they cost
without, so its frames are fresh as a request's are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from figures import Figure, note, report
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace import SpanKind
from spanorigin import emit, frameworks
from spanorigin.counters import Tally
from spanorigin.origin.borders import LAUNCHERS
from spanorigin.origin.processor import OriginProcessor
from spanorigin.origin.walk import Rules, compiled
from spanorigin.origin.walk.python import PythonWalker
from spanorigin.providers import place_in
from spanorigin.settings import Settings
from spanorigin.source import Sources
from stacks import SHAPES, Shape, chain, leaf
from timing import pin_to_one_core, steady_ns

_ROUNDS = 300
_WEB = SHAPES[2]
"""Three user frames below eight of a library, above nineteen of nobody a walk knows."""
_SHALLOW, _DEEP = Shape("8 library", 8, 3, 0), Shape("128 library", 128, 3, 0)


class _Nothing(SpanProcessor):
    """What a plain span meets, in the place of an exporter's."""


def figures() -> Iterator[Figure]:
    """Every value in nanoseconds of CPU time."""
    walkers = {kind: _walker(kind) for kind in ("python", "public", "raw")}
    for kind, walker in list(walkers.items()):
        if isinstance(walker, str):
            note(f"no {kind} walker: {walker}")
            del walkers[kind]
    yield from _walks(walkers)
    yield from _spans(walkers)


def _walker(kind: str) -> Any:
    # These files are nobody's request: they play the interpreter's part below the chain.
    settings = Settings(exclude=(str(Path(__file__).resolve().parent),))
    rules = Rules.of(settings, LAUNCHERS + frameworks.borders(), emit.exit_attributes)
    if kind == "python":
        return PythonWalker(Sources(settings), rules)
    module = compiled.load(kind)
    return module if isinstance(module, str) else compiled.CompiledWalker(module, Sources(settings), rules)


def _walks(walkers: dict[str, Any]) -> Iterator[Figure]:
    taken: dict[str, dict[str, float]] = {}
    for shape in (_WEB, _SHALLOW, _DEEP):
        through = chain(shape)
        variants = {"calls": (None, _repeated(through, _nothing_at_all))}
        variants |= {kind: (None, _repeated(through, walker.walk)) for kind, walker in walkers.items()}
        lowest = steady_ns(variants, calls=3, rounds=_ROUNDS)
        taken[shape.label] = {kind: (lowest[kind] - lowest["calls"]) / _REPEATS for kind in walkers}
    for kind in walkers:
        web, shallow, deep = (taken[shape.label][kind] for shape in (_WEB, _SHALLOW, _DEEP))
        yield Figure(f"walk.{kind}", web, "ns", "a walk, 8 library frames above 3 user frames at depth 30")
        yield Figure(f"walk.{kind}.deep", deep, "ns", "a walk, 128 library frames above 3 user frames")
        yield Figure(f"walk.{kind}.frame", (deep - shallow) / 120, "ns", "each further library frame")


_REPEATS = 50


def _repeated(through: Callable[[Callable[[], Any]], Any], innermost: Callable[[], Any]) -> Callable[[], None]:
    def repeated() -> None:
        for _ in range(_REPEATS):
            through(innermost)

    return repeated


# The cheapest thing in C that can be called in a walk's place.
_nothing_at_all = object().__hash__


def _spans(walkers: dict[str, Any]) -> Iterator[Figure]:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(_Nothing())
    client = leaf(provider.get_tracer("opentelemetry.instrumentation.benchmark"), SpanKind.CLIENT, [None])
    attach, _ = emit.attach_at_start()
    place = place_in(provider)

    added: dict[str, dict[str, float]] = {}
    for shape in (_WEB, _SHALLOW, _DEEP):
        spans = _repeated(chain(shape), client)
        variants = {
            "calls": (None, _repeated(chain(shape), _nothing_at_all)),
            "plain": (partial(place.hold, None), spans),
        }
        for kind, walker in walkers.items():
            variants[kind] = (partial(place.hold, OriginProcessor(walker, attach, Tally())), spans)
        lowest = steady_ns(variants, calls=1, rounds=_ROUNDS)
        plain = (lowest["plain"] - lowest["calls"]) / _REPEATS
        added[shape.label] = {kind: (lowest[kind] - lowest["plain"]) / _REPEATS for kind in walkers}
        if shape is _WEB:
            span = plain
    yield Figure("walk.span", span, "ns", "a plain client span with two attributes, at depth 30")
    for kind in walkers:
        web, shallow, deep = (added[shape.label][kind] for shape in (_WEB, _SHALLOW, _DEEP))
        yield Figure(f"walk.{kind}.added", web, "ns", "added to it by an exit origin of three frames")
        yield Figure(f"walk.{kind}.share", web / span, "ratio", "that, against the span")
        yield Figure(f"walk.{kind}.added_deep", deep, "ns", "added below 128 library frames")
        yield Figure(f"walk.{kind}.added_deep_share", deep / shallow, "ratio", "that, against 8 library frames")


if __name__ == "__main__":
    pin_to_one_core()
    note(f"walkers: about half a minute on Python {sys.version_info[0]}.{sys.version_info[1]}")
    report(figures)
