"""What is kept of requests that were read, so that the next is read faster, is bounded in bytes too."""

from __future__ import annotations

import gc
import tracemalloc

from spanorigin_server.ingest.request import scopes_of
from spanorigin_tests.otlp import request_of, span_of


def with_attributes(number: int, length: int) -> bytes:
    """A request whose resource and scope have an attribute of so many characters, another one for each number."""
    request = request_of(span_of())
    resource_spans = request.resource_spans[0]
    for holder in (resource_spans.resource, resource_spans.scope_spans[0].scope):
        added = holder.attributes.add()
        added.key = "told.at.length"
        added.value.string_value = f"{number:08d}".ljust(length, "x")
    return request.SerializeToString()


def test_long_attributes_of_many_resources_and_scopes_are_read_and_not_kept():
    scopes_of(with_attributes(0, 100_000))
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()

    for number in range(100):
        (scope,) = scopes_of(with_attributes(number, 100_000))
        assert scope.resource["told.at.length"].startswith(f"{number:08d}")
        assert scope.scope_attrs["told.at.length"].startswith(f"{number:08d}")

    del scope
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # A hundred resources and scopes of 100 kB, their bytes and their texts, would be 40 MB.
    assert kept - before < 2_000_000
