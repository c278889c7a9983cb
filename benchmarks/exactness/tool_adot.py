"""The corpus under AWS's OpenTelemetry distribution, with its code attributes switched on."""

from __future__ import annotations

import os

from on_opentelemetry import Spans


def switched_on() -> Spans:
    """Its patches of the instrumentations, then its span processor, as its distro and its configurator do."""
    os.environ["OTEL_AWS_EXPERIMENTAL_CODE_ATTRIBUTES"] = "true"
    from amazon.opentelemetry.distro.code_correlation import CodeAttributesSpanProcessor
    from amazon.opentelemetry.distro.patches._instrumentation_patch import apply_instrumentation_patches

    spans = Spans()
    apply_instrumentation_patches()
    spans.provider.add_span_processor(CodeAttributesSpanProcessor())
    spans.instrument()
    return spans
