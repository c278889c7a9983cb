"""Decide whether the encoder of the installed OTLP exporters is one that we can help.

Asked by `export.path` once, when the encoder's module has been loaded. Not by version: by its parts being there, and
by a batch of every shape of span coming out the same both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any, Final

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceState

from spanorigin import names
from spanorigin.export.batch import Encoder, Merger

MODULE: Final = "opentelemetry.exporter.otlp.proto.common._internal.trace_encoder"
FUNCTION: Final = "encode_spans"
"""What exporters call."""
_HOMES: Final = {
    FUNCTION: MODULE,
    "_encode_resource_spans": MODULE,
    "_encode_span": MODULE,
    "_encode_attributes": MODULE.rpartition(".")[0],
}
"""The parts that the way through the encoder depends on, and the modules that define them."""


def recognise(module: ModuleType) -> tuple[Encoder | None, str]:
    """The encoder in `module`, or None; and why. Raises nothing."""
    for name, home in _HOMES.items():
        part = getattr(module, name, None)
        if part is None:
            return None, f"plain encoding: this release of the OTLP exporter has no {name}"
        # Such a part may look at attributes that we would keep from it.
        if getattr(part, "__module__", None) != home or hasattr(part, "__wrapped__"):
            return None, f"plain encoding: another tool has put its own {name} into the OTLP exporter"
    try:
        spans = _trial()
        encoder = Encoder(module.encode_spans, module._encode_span, module._encode_attributes)
        if not same_bytes(encoder, spans):
            return (
                None,
                "plain encoding: a trial batch came out differently, so this OTLP exporter encodes in another way",
            )
    except Exception as error:
        return None, f"plain encoding: this release of the OTLP exporter works in another way ({type(error).__name__})"
    return encoder, "merging prepared bytes: the OTLP exporter's encoder is the known one"


def parts(module: ModuleType) -> dict[str, object]:
    """The parts of the encoder in `module` that FUNCTION calls, as they are now."""
    return {name: getattr(module, name) for name in _HOMES if name != FUNCTION}


def same_bytes(encoder: Encoder, spans: Sequence[ReadableSpan]) -> bool:
    """Whether `spans` come out the same both ways, with bytes prepared just now and with bytes prepared before."""
    merger = Merger(encoder)
    plain = encoder.encode_spans(spans).SerializePartialToString()
    for _ in range(2):
        merged = merger.request(spans)
        if merged is None or merged.SerializePartialToString() != plain:
            return False
    return True


def _trial() -> list[ReadableSpan]:
    """Spans of every shape: an origin first, last, in between, alone, none; exits and an entry; two resources."""
    ours: dict[str, Any] = {
        names.CODE_FILE_PATH: "/srv/shop/bestellung_ü.py",
        names.CODE_LINE_NUMBER: 300,
        names.CODE_FUNCTION_NAME: "shop.pay",
        names.ORIGIN_TYPE: "exit",
    }
    frames = {names.ORIGIN_FRAMES: "/srv/shop/a.py:300 shop.pay\n" * 8}
    before = {"url.full": "http://shop/", "server.port": 80}
    after = {"http.response.status_code": 200, "sizes": (1, 2), "done": True}
    shapes = (
        {**before, **ours, **frames, **after},
        {**before, **ours},
        {**ours, **after},
        {**ours, names.ORIGIN_TYPE: "entry"},
        before,
        {**before, names.ORIGIN_TYPE: "exit", **after, names.CODE_LINE_NUMBER: True},
    )
    homes = (
        (Resource({"service.name": "a"}), InstrumentationScope("one", "1")),
        (Resource({"service.name": "a"}), InstrumentationScope("two")),
        (Resource({"service.name": "b"}, "https://schema"), InstrumentationScope("one", "1")),
    )
    return [
        _span(shape, *homes[number % len(homes)], number) for number, shape in enumerate((*shapes, *reversed(shapes)))
    ]


def _span(attributes: dict[str, Any], resource: Resource, scope: InstrumentationScope, number: int) -> ReadableSpan:
    held = BoundedAttributes(attributes=attributes)
    held.dropped = number
    odd = bool(number % 2)
    context = SpanContext(number + 1, number + 1, is_remote=odd, trace_state=TraceState([("k", "v")]))
    return ReadableSpan(
        "GET",
        context,
        context if odd else None,
        resource,
        held,
        events=[Event("said", {"x": number}, timestamp=5)] if odd else (),
        links=[Link(context, {"y": 1})] if number % 3 else (),
        kind=SpanKind.CLIENT,
        status=Status(StatusCode.ERROR, "refused") if odd else Status(StatusCode.UNSET),
        start_time=1,
        end_time=2,
        instrumentation_scope=scope,
    )
