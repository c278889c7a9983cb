"""Whatever bytes come, the answer is an OTLP answer, the server goes on, and nothing accepted is lost or doubled."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from spanorigin_tests.otlp import JSON, request_of, span_of

from .conftest import FUZZED, Server
from .test_otlp_http import otlp_json, rich_request


@FUZZED
@given(body=st.binary(max_size=300))
def test_random_bytes_are_refused_or_hold_no_spans(server: Server, body: bytes):
    assert server.post(body).status_code in {200, 400}


@FUZZED
@given(
    body=st.text(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=20).map(str)
)
def test_random_text_is_refused_as_json(server: Server, body: str):
    answer = server.post(body.encode(errors="surrogatepass"), JSON)

    assert answer.status_code in {200, 400}
    assert answer.headers["content-type"] == "application/json"


@FUZZED
@given(seed=st.integers(0, 2**32))
def test_mutilated_requests_are_refused_whole_or_stored_and_the_next_is_stored(server: Server, seed: int):
    chance = random.Random(seed)
    body = bytearray(rich_request(chance.randbytes(16)).SerializeToString())
    match chance.randrange(3):
        case 0:
            del body[chance.randrange(1, len(body)) :]
        case 1:
            for _ in range(chance.randrange(1, 5)):
                body[chance.randrange(len(body))] = chance.randrange(256)
        case _:
            position = chance.randrange(len(body))
            body[position:position] = chance.randbytes(chance.randrange(1, 9))

    answer = server.post(bytes(body))

    assert answer.status_code in {200, 400}, answer.text
    span = span_of()
    server.send(request_of(span))
    assert server.count(span.trace_id) == 1


@FUZZED
@given(seed=st.integers(0, 2**32))
def test_mutilated_json_is_refused_whole_or_stored(server: Server, seed: int):
    chance = random.Random(seed)
    body = bytearray(otlp_json(rich_request(chance.randbytes(16))))
    for _ in range(chance.randrange(1, 4)):
        body[chance.randrange(len(body))] = chance.randrange(32, 127)

    assert server.post(bytes(body), JSON).status_code in {200, 400}


def test_every_truncation_of_a_request_is_refused_or_a_shorter_request(server: Server):
    trace_id = random.Random(1).randbytes(16)
    request = request_of(span_of(trace_id=trace_id))
    body = request.SerializeToString()

    statuses = [server.post(body[:length]).status_code for length in range(len(body))]

    # Only the empty body is a request by itself: everything else ends within the outermost message.
    assert statuses == [200] + [400] * (len(body) - 1)
    assert server.count(trace_id) == 0
