"""An answer comes in the coding that its reader takes best, and not at all when the reader has it."""

from __future__ import annotations

import gzip
import sys

import msgspec
import pytest
from spanorigin_server.answers import answering, json_answer
from spanorigin_server.sending import COMPRESSED_FROM, MAY_BE_KEPT, coding_for
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ALL = {"accept-encoding": "gzip, deflate, br, zstd"}
WORDS = ["span"] * COMPRESSED_FROM
SIZES = {"/small": ["span"], "/large": WORDS, "/huge": WORDS * 30}


def app() -> Starlette:
    async def words(request: Request) -> Response:
        return json_answer(SIZES[request.url.path])

    async def kept(request: Request) -> Response:
        return json_answer(WORDS[: int(request.query_params["n"])], may_be_kept=True)

    async def stream(_request: Request) -> Response:
        return StreamingResponse(b"line\n" for _ in range(COMPRESSED_FROM))

    return Starlette(
        routes=[
            *(Route(path, answering(words)) for path in SIZES),
            Route("/kept", answering(kept)),
            Route("/stream", answering(stream)),
        ]
    )


@pytest.fixture
def far() -> TestClient:
    return TestClient(app(), client=("203.0.113.9", 40000))


@pytest.fixture
def near() -> TestClient:
    return TestClient(app(), client=("::1", 40000))


def raw(client: TestClient, path: str, headers: dict[str, str]) -> tuple[str | None, bytes]:
    with client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        body = b"".join(answer.iter_raw())
        assert int(answer.headers["content-length"]) == len(body)
        return answer.headers.get("content-encoding"), body


@pytest.mark.parametrize("path", ["/large", "/huge"])
def test_a_large_answer_is_compressed_for_who_takes_it(far: TestClient, path: str):
    whole = msgspec.json.encode(SIZES[path])

    coding, body = raw(far, path, ALL)
    assert (coding, zstd.decompress(body)) == ("zstd", whole)
    coding, body = raw(far, path, {"accept-encoding": "gzip, deflate"})
    assert (coding, gzip.decompress(body)) == ("gzip", whole)
    assert raw(far, path, {"accept-encoding": "br"}) == (None, whole)


def test_a_reader_on_this_machine_is_spared_gzip(near: TestClient):
    assert raw(near, "/large", {"accept-encoding": "gzip"})[0] is None
    assert raw(near, "/large", ALL)[0] == "zstd"


def test_a_small_answer_is_sent_as_it_is(far: TestClient):
    assert raw(far, "/small", ALL) == (None, b'["span"]')


def test_caches_are_told_that_the_coding_was_the_readers_choice(far: TestClient):
    for accepted in ("zstd", "identity"):
        assert far.get("/large", headers={"accept-encoding": accepted}).headers["vary"] == "accept-encoding"


def test_what_is_written_piece_by_piece_passes_untouched(far: TestClient):
    with far.stream("GET", "/stream", headers=ALL) as answer:
        assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("zstd; q = 0.000, gzip;q=0", None),
        ("gzip;q=1.0, zstd;q=0.1", "zstd"),
        ("gzipped, x-zstd", None),
    ],
)
def test_a_coding_is_chosen_among_those_that_are_accepted(accepted: str, coding: str | None):
    assert coding_for(accepted, ("zstd", "gzip")) == coding


def test_an_answer_that_may_be_kept_is_not_sent_twice(far: TestClient):
    first = far.get("/kept?n=5")
    mark = first.headers["etag"]

    again = far.get("/kept?n=5", headers={"if-none-match": mark})
    among = far.get("/kept?n=5", headers={"if-none-match": f'"other", {mark.removeprefix("W/")}'})

    assert first.headers["cache-control"] == MAY_BE_KEPT
    for answer in (again, among):
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", mark)
        assert answer.headers["cache-control"] == MAY_BE_KEPT


def test_another_content_is_sent_to_who_has_the_one_before(far: TestClient):
    mark = far.get("/kept?n=5").headers["etag"]

    assert far.get("/kept?n=6", headers={"if-none-match": mark}).json() == WORDS[:6]


def test_one_content_has_one_mark_in_every_coding(far: TestClient):
    address = f"/kept?n={COMPRESSED_FROM}"
    marks = {far.get(address, headers={"accept-encoding": one}).headers["etag"] for one in ("zstd", "gzip", "br")}

    assert len(marks) == 1


def test_an_answer_that_the_next_span_changes_is_never_kept(far: TestClient):
    answer = far.get("/small")

    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
