"""Shared by all tests of the agent: no test leaves a span current for those that come after it."""

import pytest
from opentelemetry import context, trace


@pytest.fixture(autouse=True)
def nothing_is_left_current():
    """A span left current becomes the parent of later tests' spans, and those are no entries any more."""
    yield
    left = trace.get_current_span()
    if left is not trace.INVALID_SPAN:
        context.attach(context.Context())
        pytest.fail(f"this test left a span current: {getattr(left, 'name', left)}")
