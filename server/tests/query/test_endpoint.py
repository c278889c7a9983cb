"""The API answers in the contract's shapes, over HTTP, from the real store, and says what is wrong when it cannot."""

from __future__ import annotations

import asyncio
import math
import threading
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanorigin_server.query import endpoint
from spanorigin_server.source import endpoint as source_endpoint
from spanorigin_server.source.preview import Previewer
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store.contents import ToldContents
from spanorigin_server.store.reader import StoreOverloaded
from spanorigin_server.workers import Workers

from .api import Api, Client, check_shape
from .conftest import NOON_NS, SECOND_NS, Store

NOW_NS = NOON_NS + SECOND_NS
ENTRY = {
    "code.file.path": "/srv/shop/app/views.py",
    "code.line.number": 3,
    "code.function.name": "app.views.pay",
    "spanorigin.type": "entry",
}
EXIT = ENTRY | {
    "spanorigin.type": "exit",
    "spanorigin.frames": "/srv/shop/app/views.py:3 app.views.pay\n/srv/shop/app/main.py:1 app.main.run",
}
RESOURCE = {"spanorigin.source.root": "/srv/shop", "spanorigin.version": "0.1.0", "telemetry.sdk.language": "python"}


def client_for(store: Store, workers: Workers, *repositories: Path) -> Client:
    routes = [
        *endpoint.routes(store.reader, workers, now_ns=lambda: NOW_NS),
        *source_endpoint.routes(
            store.reader, ToldContents(store.engine), Previewer(Repositories.at(repositories)), workers
        ),
    ]
    return Client(routes)


@pytest.fixture
def api(emptied: Store, workers: Workers) -> Api:
    return Api(client_for(emptied, workers))


@pytest.fixture(scope="module")
def client(store: Store, workers: Workers) -> Client:
    return client_for(store, workers)


def test_a_search_answers_with_spans_newest_first(api: Api, emptied: Store):
    old = emptied.put("old", start_ns=NOON_NS - SECOND_NS)
    new = emptied.put(
        "GET",
        service="web",
        kind="server",
        status="error",
        attributes=ENTRY | {"http.route": "/pay", "http.request.method": "GET", "http.response.status_code": 500},
        resource=RESOURCE,
        parent_id="12" * 8,
    )

    page = api.get("/api/v1/spans")

    assert [span["span_id"] for span in page["spans"]] == [new, old]
    assert page["cursor"] is None
    assert page["spans"][0] == {
        "trace_id": new * 2,
        "span_id": new,
        "parent_span_id": "12" * 8,
        "service": "web",
        "name": "GET",
        "resource": "GET /pay",
        "kind": "server",
        "start_ns": str(NOON_NS),
        "duration_ns": 1_000_000,
        "status": "error",
        "http_status": 500,
        "origin": {
            "type": "entry",
            "file": "/srv/shop/app/views.py",
            "path": "app/views.py",
            "line": 3,
            "function": "app.views.pay",
            "frames": [
                {"file": "/srv/shop/app/views.py", "path": "app/views.py", "line": 3, "function": "app.views.pay"}
            ],
        },
    }


def test_an_exit_origin_has_all_its_frames(api: Api, emptied: Store):
    emptied.put(kind="client", attributes=EXIT, resource=RESOURCE)

    (span,) = api.get("/api/v1/spans", q="@_dd.code_origin.type:exit")["spans"]

    assert [(frame["path"], frame["line"]) for frame in span["origin"]["frames"]] == [
        ("app/views.py", 3),
        ("app/main.py", 1),
    ]


def test_without_a_range_the_last_fifteen_minutes_are_searched(api: Api, emptied: Store):
    emptied.put(start_ns=NOW_NS - 15 * 60 * SECOND_NS - 1)
    emptied.put(start_ns=NOW_NS)
    inside = emptied.put(start_ns=NOW_NS - 15 * 60 * SECOND_NS)

    assert [span["span_id"] for span in api.get("/api/v1/spans")["spans"]] == [inside]


def test_pages_go_on_where_the_last_one_ended(api: Api, emptied: Store):
    order = [emptied.put(start_ns=NOON_NS - age) for age in range(5)]

    seen, cursor = [], None
    while True:
        page = api.get("/api/v1/spans", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [span["span_id"] for span in page["spans"]]
        cursor = page["cursor"]
        if cursor is None:
            break

    assert seen == order


def test_all_of_time_can_be_searched(api: Api, emptied: Store):
    span_id = emptied.put()

    page = api.get("/api/v1/spans", from_=0, to=2**63 - 1)

    assert [span["span_id"] for span in page["spans"]] == [span_id]


def test_a_cursor_of_another_search_is_refused(api: Api, emptied: Store):
    for _ in range(2):
        emptied.put()
    cursor = api.get("/api/v1/spans", limit=1)["cursor"]

    assert api.refusal("/api/v1/spans", 400, q="service:web", cursor=cursor)["slug"] == "cursor-of-another-search"
    assert api.refusal("/api/v1/spans", 400, cursor="x" + cursor)["slug"] == "cursor-unreadable"


@pytest.mark.parametrize(
    ("parameters", "slug"),
    [
        ({"limit": "0"}, "parameter-not-a-number"),
        ({"limit": "1001"}, "parameter-not-a-number"),
        ({"limit": "ten"}, "parameter-not-a-number"),
        ({"limit": "१०"}, "parameter-not-a-number"),
        ({"from_": "yesterday"}, "parameter-not-a-time"),
        ({"to": "9999999999999999999"}, "parameter-not-a-time"),
        ({"to": "-1"}, "parameter-not-a-time"),
        ({"from_": "5", "to": "5"}, "time-range-empty"),
        ({"query": "service:web"}, "parameter-unknown"),
        ({"cursor": ""}, "cursor-unreadable"),
        ({"q": "(a"}, "search-unclosed"),
        ({"q": "a\0"}, "search-unexpected"),
    ],
)
def test_a_bad_parameter_is_refused_with_its_slug(api: Api, parameters: dict[str, str], slug: str):
    assert api.refusal("/api/v1/spans", 400, **parameters)["slug"] == slug


def test_a_parameter_that_is_given_twice_is_refused(api: Api):
    answer = api.client.get("/api/v1/spans?q=a&q=b")

    assert (answer.status_code, answer.json()["error"]["slug"]) == (400, "parameter-twice")


def test_a_misspelt_key_is_answered_with_the_place_and_the_right_one(api: Api):
    error = api.refusal("/api/v1/spans", 400, q="service:web sttus:ok")

    assert (error["offset"], error["hint"]) == (12, "status")
    assert "Did you mean status?" in error["message"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_answered_or_refused_and_never_fails(client: Client, text: str):
    answer = client.get("/api/v1/spans?" + urlencode({"q": text}, errors="replace"))

    assert answer.status_code in (200, 400), answer.text
    check_shape("/api/v1/spans", answer.status_code, answer.json())


def test_a_trace_comes_as_columns_with_parents_by_row(api: Api, emptied: Store):
    trace_id = "ab" * 16
    root = emptied.put("root", trace_id=trace_id, kind="server", attributes=ENTRY, resource=RESOURCE)
    child = emptied.put("call", trace_id=trace_id, kind="client", parent_id=root, start_ns=NOON_NS + 10, status="error")
    emptied.put("lost", trace_id=trace_id, parent_id="99" * 8, start_ns=NOON_NS + 20, duration_ns=5_000_000)
    emptied.put("another trace")
    emptied.put(
        "leaf",
        trace_id=trace_id,
        parent_id=child,
        start_ns=NOON_NS + 30,
        events=[("e", NOON_NS, {}), ("f", NOON_NS, {})],
    )

    trace = api.get(f"/api/v1/traces/{trace_id}")

    columns, strings = trace["columns"], trace["strings"]
    assert (trace["trace_id"], trace["start_ns"], trace["duration_ns"]) == (trace_id, str(NOON_NS), 5_000_020)
    assert [strings[name] for name in columns["name"]] == ["root", "call", "lost", "leaf"]
    assert columns["parent"] == [-1, 0, -2, 1]
    assert columns["kind"] == [2, 3, 2, 2]
    assert columns["status"] == [0, 2, 0, 0]
    assert columns["start_offset_ns"] == [0, 10, 20, 30]
    assert columns["events"] == [0, 0, 0, 2]
    marks = trace["marks"]
    assert [trace["strings"][name] for name in marks["name"]] == ["e", "f"]
    assert marks["row"] == [3, 3]
    assert marks["offset_ns"] == [NOON_NS - int(trace["start_ns"])] * 2
    assert columns["origin_type"] == [1, 0, 0, 0]
    assert strings[columns["origin_path"][0]] == "app/views.py"
    assert {len(column) for column in columns.values()} == {4}


def test_parents_that_go_in_circles_do_not(api: Api, emptied: Store):
    trace_id = "cd" * 16
    ids = [f"{number:016x}" for number in (0xA1, 0xA2, 0xA3)]
    for number, span_id in enumerate(ids):
        emptied.put(trace_id=trace_id, span_id=span_id, parent_id=ids[number - 1], start_ns=NOON_NS + number)
    emptied.put(trace_id=trace_id, span_id="b1" * 8, parent_id="b1" * 8, start_ns=NOON_NS + 9)

    parents = api.get(f"/api/v1/traces/{trace_id}")["columns"]["parent"]

    for row in range(4):
        steps = 0
        while row >= 0:
            row, steps = parents[row], steps + 1
            assert steps <= 4
    assert parents.count(-1) == 2


def test_a_span_comes_with_everything_that_was_sent(api: Api, emptied: Store):
    attributes = {
        "text": "é",
        "number": -5,
        "large": 2**60,
        "half": 0.5,
        "whole": 2.0,
        "nan": math.nan,
        "yes": True,
        "list": ["a", 1, 2**60],
        "object": {"deep": {"er": 1.5}},
        "empty": "",
    }
    span_id = emptied.put(
        "job",
        kind="internal",
        status="error",
        message="it broke",
        attributes=attributes,
        resource={"host.name": "h"},
        events=[("exception", NOON_NS + 5, {"exception.message": "no"})],
    )

    detail = api.get(f"/api/v1/traces/{span_id * 2}/spans/{span_id}")

    exact = {"large": str(2**60), "nan": "nan", "list": ["a", 1, str(2**60)]}
    assert detail["attributes"] == attributes | exact
    assert detail["resource_attributes"] == {"host.name": "h", "service.name": "shop"}
    assert detail["scope"] == {"name": "tests", "version": "1.0"}
    assert detail["status_message"] == "it broke"
    assert detail["events"] == [
        {"name": "exception", "time_ns": str(NOON_NS + 5), "attributes": {"exception.message": "no"}}
    ]
    assert detail["span"]["origin"] is None
    assert detail["missing_origin"]["slug"] == "origin-internal-span"


@pytest.mark.parametrize(
    ("kind", "resource", "slug"),
    [
        ("internal", RESOURCE, "origin-internal-span"),
        ("server", {}, "origin-no-agent"),
        ("client", {"telemetry.sdk.language": "java"}, "origin-no-agent-for-language"),
        ("server", RESOURCE, "origin-no-handler"),
        ("producer", RESOURCE, "origin-no-user-frame"),
    ],
)
def test_a_missing_origin_has_its_reason(api: Api, emptied: Store, kind: str, resource: dict[str, str], slug: str):
    span_id = emptied.put(kind=kind, resource=resource)

    reason = api.get(f"/api/v1/traces/{span_id * 2}/spans/{span_id}")["missing_origin"]

    assert reason["slug"] == slug
    assert reason["remedy"]


def test_a_span_with_an_origin_misses_none(api: Api, emptied: Store):
    span_id = emptied.put(attributes=ENTRY)

    assert api.get(f"/api/v1/traces/{span_id * 2}/spans/{span_id}")["missing_origin"] is None


def test_a_span_that_was_sent_twice_is_one_span(api: Api, emptied: Store):
    again = {"trace_id": "ab" * 16, "span_id": "01" * 8, "name": "twice"}
    emptied.put(**again)
    emptied.put(**again)
    emptied.put("other", trace_id="ab" * 16, span_id="01" * 8, kind="client")

    assert sorted(span["name"] for span in api.get("/api/v1/spans")["spans"]) == ["other", "twice"]
    assert len(api.get(f"/api/v1/traces/{'ab' * 16}")["columns"]["span_id"]) == 2


def test_what_is_not_stored_is_not_found(api: Api):
    trace, span = "ab" * 16, "cd" * 8

    assert api.refusal(f"/api/v1/traces/{trace}", 404)["slug"] == "trace-not-found"
    assert api.refusal(f"/api/v1/traces/{trace}/spans/{span}", 404)["slug"] == "span-not-found"
    assert api.refusal("/api/v1/source", 404, trace_id=trace, span_id=span)["slug"] == "span-not-found"


@pytest.mark.parametrize("trace_id", ["xyz", "ab" * 15, "zz" * 16, "ab" * 17])
def test_what_is_no_id_is_refused(api: Api, trace_id: str):
    assert api.refusal(f"/api/v1/traces/{trace_id}", 400)["slug"] == "parameter-not-an-id"
    assert api.refusal("/api/v1/source", 400, trace_id=trace_id, span_id="cd" * 8)["slug"] == "parameter-not-an-id"


def test_an_id_in_capitals_is_the_same_id(api: Api, emptied: Store):
    emptied.put(trace_id="ab" * 16)

    assert api.get(f"/api/v1/traces/{'AB' * 16}")["trace_id"] == "ab" * 16


def test_the_source_of_a_frame_is_shown_or_its_reason(emptied: Store, workers: Workers, tmp_path: Path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/views.py").write_text("import os\n\ndef pay():\n    return 1\n")
    api = Api(client_for(emptied, workers, tmp_path))
    span_id = emptied.put(kind="client", attributes=EXIT, resource=RESOURCE)
    bare = emptied.put(kind="internal")

    shown = api.get("/api/v1/source", trace_id=span_id * 2, span_id=span_id, context=1)
    caller = api.get("/api/v1/source", trace_id=span_id * 2, span_id=span_id, frame=1)
    none = api.get("/api/v1/source", trace_id=bare * 2, span_id=bare)

    assert shown["preview"]["lines"][1][0] == ["k", "def"]
    assert (shown["preview"]["first_line"], shown["preview"]["marked_line"]) == (2, 3)
    assert shown["missing"] is None
    assert caller["frame"]["path"] == "app/main.py"
    assert (caller["preview"], caller["missing"]["slug"]) == (None, "file-not-in-repository")
    assert (none["frame"], none["preview"], none["missing"]["slug"]) == (None, None, "span-without-origin")
    assert (
        api.refusal("/api/v1/source", 404, trace_id=span_id * 2, span_id=span_id, frame=2)["slug"] == "frame-not-found"
    )
    assert (
        api.refusal("/api/v1/source", 400, trace_id=span_id * 2, span_id=span_id, frame=64)["slug"]
        == "parameter-not-a-number"
    )


def test_a_store_that_fails_is_503_and_not_500(store: Store):
    class Failing:
        def newest(self, *_: object) -> None:
            raise StoreOverloaded("It took too long. Ask for less.", slug="search-too-slow")

    client = Client(endpoint.routes(Failing(), Workers()))  # type: ignore[arg-type]

    answer = client.get("/api/v1/spans")

    assert answer.status_code == 503
    check_shape("/api/v1/spans", 503, answer.json())


async def test_too_many_questions_at_once_are_refused_and_the_rest_answered():
    gate, workers = threading.Event(), Workers(threads=1, waiting_limit=1)
    waiting = [asyncio.ensure_future(workers.run(gate.wait)) for _ in range(2)]
    await asyncio.sleep(0)

    with pytest.raises(Exception, match="busy") as refusal:
        await workers.run(gate.wait)
    gate.set()

    assert refusal.value.status == 503  # type: ignore[attr-defined]
    assert await asyncio.gather(*waiting) == [True, True]
    workers.close()
