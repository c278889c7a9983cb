"""What each search finds and does not find, on spans as SDKs send them, in the real engine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from spanorigin_server.query.plan import planned
from spanorigin_server.query.scanner import Misread
from spanorigin_server.query.syntax import TERM_LIMIT, parsed
from spanorigin_server.query.tree import Node, Not
from spanorigin_server.store.reader import Condition, Reader

from .conftest import NOON_NS, SECOND_NS, Store
from .trees import KNOWN_TREES

ROOT = "/srv/shop"
ENTRY = {
    "code.file.path": f"{ROOT}/app/views.py",
    "code.line.number": 42,
    "code.function.name": "app.views.Cart.pay",
    "spanorigin.type": "entry",
}
EXIT = {
    "code.file.path": f"{ROOT}/app/stock.py",
    "code.line.number": 7,
    "code.function.name": "app.stock.Cartoon",
    "spanorigin.type": "exit",
    "spanorigin.frames": f"{ROOT}/app/stock.py:7 app.stock.Cartoon\n{ROOT}/app/views.py:44 app.views.Cart.pay",
}
DATADOG = {
    "_dd.code_origin.type": "entry",
    "_dd.code_origin.frames.0.file": "/opt/dd/handlers.py",
    "_dd.code_origin.frames.0.line": "12",
    "_dd.code_origin.frames.0.type": "dd.handlers",
    "_dd.code_origin.frames.0.method": "Checkout.post",
}
RESOURCE = {
    "spanorigin.source.root": ROOT,
    "deployment.environment.name": "prod",
    "service.version": "2.3",
    "host.name": "h1",
    "team": "core",
    "vcs.ref.head.revision": "4f2c91a" + "0" * 33,
}
SPANS = {
    "web": {
        "service": "web-api",
        "attributes": ENTRY | {"http.route": "/pay", "http.request.method": "POST"},
        "status": "error",
        "message": "Connection reset by peer",
        "duration_ns": 20_000_000,
        "resource": RESOURCE,
        "kind": "server",
        "trace_id": "ab" * 16,
    },
    "client": {
        "service": "web-api",
        "attributes": EXIT | {"http.status_code": 404, "k": "a*lit*b", "when": "timeout"},
        "kind": "client",
        "status": "ok",
        "message": "grösse: Ärger",
        "duration_ns": SECOND_NS,
        "resource": RESOURCE,
        "parent_id": "12" * 8,
    },
    "datadog": {
        "service": "pay",
        "attributes": DATADOG | {"http.status_code": "404", "k": "*lit*"},
        "kind": "server",
        "duration_ns": 999_999_999,
    },
    "cart": {
        "service": "cart",
        "attributes": {"http.response.status_code": 499, "url": "/x?user=JaneDoe&a", "user.first name": "x"},
        "resource": {"region": "eu"},
        "kind": "consumer",
    },
    "plain": {
        "service": "jobs",
        "name": "Nightly Timeout Sweep",
        "kind": "internal",
        "attributes": {
            "n": 5,
            "f": 2.5,
            "flag": True,
            "empty": "",
            "tags": ["red", "blue", 7],
            "nested": {"a": {"b": "deep"}, "n": 3},
            "http.status_code": 500,
            "größe": "Ä",
            "pct": "100%_x\\y",
        },
    },
    "failed": {
        "service": "jobs",
        "kind": "internal",
        "name": "job",
        "events": [("exception", NOON_NS, {"exception.message": "disk CONNECTION RESET now"})],
    },
}

FINDS: list[tuple[str, set[str]]] = [
    ("", set(SPANS)),
    # The documented acceptance table.
    ("@_dd.code_origin.type:*", {"web", "client", "datadog"}),
    ("has:origin", {"web", "client", "datadog"}),
    ("-has:origin", {"cart", "plain", "failed"}),
    ("service:web* -status:ok kind:server", {"web"}),
    ("service:(cart OR pay) @http.status_code:[400 TO 499]", {"cart", "datadog"}),
    ("@http.status_code:[400 TO 499]", {"client", "datadog", "cart"}),
    ("duration:>=20ms", {"web", "client", "datadog"}),
    ("duration:{0 TO 1s}", set(SPANS) - {"client"}),
    ("duration:20ms", {"web"}),
    ("@duration:>0.9s", {"client", "datadog"}),
    ("file:app/views.py line:[40 TO 60]", {"web"}),
    (f"file:{ROOT}/app/views.py", {"web"}),
    ("file:views.py", set()),
    ("file:*views.py", {"web"}),
    ("origin:app/views.py:42", {"web"}),
    ("origin:app/views.py:43", set()),
    ("origin:app/views.py", {"web"}),
    ("origin:app/*:7", {"client"}),
    ("origin:*", {"web", "client", "datadog"}),
    ("fn:Cart.*", {"web"}),
    ("fn:pay", {"web"}),
    ("fn:app.views.Cart.pay", {"web"}),
    ("fn:Cart", set()),
    ("line:7", {"client"}),
    ("@url:*user\\=JaneDoe*", {"cart"}),
    ("@user.first\\ name:x", {"cart"}),
    ('@k:"*lit*"', {"datadog"}),
    ("@k:*lit*", {"client", "datadog"}),
    ('"connection reset"', {"web", "failed"}),
    ('"connection reset" OR *:timeout', {"web", "failed", "client"}),
    ("NOT(service:jobs OR service:cart) timeout", set()),
    ("NOT(service:pay OR service:cart) timeout", {"plain"}),
    # Origins, whatever dialect they came in.
    ("@_dd.code_origin.type:entry", {"web", "datadog"}),
    ("@spanorigin.type:exit", {"client"}),
    ("@_dd.code_origin.frames.0.file:/opt/dd/handlers.py", {"datadog"}),
    ("@_dd.code_origin.frames.0.file:app/views.py", {"web"}),
    ("@_dd.code_origin.frames.0.line:42", {"web"}),
    ("@_dd.code_origin.frames.0.method:Checkout.post", {"datadog"}),
    ("@_dd.code_origin.frames.0.type:dd.handlers", {"datadog"}),
    ("@_dd.code_origin.frames.1.file:app/views.py", {"client"}),
    ("@_dd.code_origin.frames.1.line:>43", {"client"}),
    ("@_dd.code_origin.frames.1.method:pay", {"client"}),
    ("@code.file.path:app/views.py", {"web"}),
    ("@code.line.number:[1 TO 12]", {"client", "datadog"}),
    ("@code.function.name:dd.handlers.Checkout.post", {"datadog"}),
    ("@code.filepath:*handlers.py", {"datadog"}),
    # Keys of the language.
    ("env:prod version:2.3", {"web", "client"}),
    ("version:[2 TO 2.5]", {"web", "client"}),
    ("host.name:>1", set()),
    ("resource_name:POST*", {"web"}),
    ('resource_name:"POST /pay"', {"web"}),
    ("name:job", {"failed"}),
    ("operation_name:nightly*", set()),
    ("status:error", {"web"}),
    ("status:ok", set(SPANS) - {"web"}),
    ("status:unset", set(SPANS) - {"web", "client"}),
    ("kind:(server OR consumer)", {"web", "datadog", "cart"}),
    ("@span.kind:Client", {"client"}),
    ("kind:?lient", {"client"}),
    (f"trace_id:{'ab' * 16}", {"web"}),
    (f"trace_id:{'AB' * 16}", {"web"}),
    ("trace_id:abab*", {"web"}),
    ("parent_id:1212121212121212", {"client"}),
    ("has:parent", {"client"}),
    ("@_trace_root:0", {"client"}),
    ("commit:4f2c91a", {"web", "client"}),
    ("commit:4f2c91b", set()),
    # Attributes by type.
    ("@n:5", {"plain"}),
    ("@n:>4", {"plain"}),
    ("@n:{5 TO *]", set()),
    ("@f:2.5", {"plain"}),
    ("@f:2.*", {"plain"}),
    ("@flag:true", {"plain"}),
    ("@flag:false", set()),
    ('@empty:""', {"plain"}),
    ("@empty:*", {"plain"}),
    ("-@empty:*", set(SPANS) - {"plain"}),
    ("-@n:5", set(SPANS) - {"plain"}),
    ("@n:-5", set()),
    ("@größe:Ä", {"plain"}),
    ("@größe:?", {"plain"}),
    ('@pct:"100%_x\\\\y"', {"plain"}),
    ("@pct:100%_*", {"plain"}),
    ("@pct:1?0%*", {"plain"}),
    ("@pct:100_%*", set()),
    ("@K:*", set()),
    ("@when:Timeout", set()),
    # Arrays and nested values.
    ("@tags:blue", {"plain"}),
    ("@tags:7", {"plain"}),
    ("@tags:>6", {"plain"}),
    ("@tags:b*", {"plain"}),
    ("@tags:green", set()),
    ("@nested.a.b:deep", {"plain"}),
    ("@nested.n:[3 TO 3]", {"plain"}),
    ("@nested.a.b:*", {"plain"}),
    ("@nested.a.c:*", set()),
    ("*:blue", {"plain"}),
    ("*:h1", {"web", "client"}),
    ("*:5", {"plain"}),
    # Keys without @.
    ("host.name:h1", {"web", "client"}),
    ("region:eu", {"cart"}),
    ("team:core -kind:client", {"web"}),
    ("when:timeout", {"client"}),
    ("\\region:eu", {"cart"}),
    # Free text.
    ("timeout", {"plain"}),
    ("nightly*sweep", {"plain"}),
    ("RESET", {"web", "failed"}),
    ("GRÖSSE*ÄRGER", {"client"}),
    ("ärger", {"client"}),
    ("views.py", {"web"}),
    ("cartoon", {"client"}),
    ('"\'; DROP TABLE spans; --"', set()),
    ('"{p0:String}"', set()),
    ('@k:"a\\\\\'b"', set()),
]


@pytest.fixture(scope="module")
def ids(store: Store) -> dict[str, str]:
    store.engine.execute("TRUNCATE TABLE spanorigin.spans")
    return {store.put(**{"name": label, **span}): label for label, span in SPANS.items()}


def condition(text: str) -> Condition:
    tree = parsed(text)
    assert not isinstance(tree, Misread), tree
    found = planned(tree)
    assert not isinstance(found, Misread), found
    return found


def case_id(value: str | set[str]) -> str:
    """The same name in every process, whatever order its hashes give a set."""
    return value[:60] if isinstance(value, str) else ",".join(sorted(value)) or "nothing"


@pytest.mark.parametrize(("text", "labels"), FINDS, ids=case_id)
def test_a_search_finds_these_spans_and_no_others(store: Store, ids: dict[str, str], text: str, labels: set[str]):
    found = store.reader.newest(condition(text), NOON_NS - SECOND_NS, NOON_NS + SECOND_NS, 100)

    assert {ids[row["span_id"]] for row in found.rows} == labels


@pytest.mark.parametrize("text", [row[0] for row in FINDS if row[0] and row[1]])
def test_a_search_and_its_negation_share_the_spans_between_them(store: Store, ids: dict[str, str], text: str):
    wanted, refused = (
        {row["span_id"] for row in store.reader.newest(condition(each), NOON_NS - 1, NOON_NS + 1, 100).rows}
        for each in (text, f"-({text})")
    )

    assert wanted | refused == set(ids)
    assert not wanted & refused


REFUSALS = [
    ("sttus:ok", 0, "status"),
    ("a Service:web", 2, "service"),
    ("functon:x", 0, "fn"),
    ("function:x", 0, "fn"),
    ("error:true", 0, None),
    ("12:30", 0, None),
    ("type:web", 0, None),
    ("status:eror", 7, "error"),
    ("status:>3", 7, None),
    ("kind:sever", 5, "server"),
    ("trace_id:xyz", 9, None),
    ("span_id:[1 TO 2]", 8, None),
    ("line:many", 5, None),
    ("duration:20parsec", 9, None),
    ("duration:2*", 9, None),
    ("has:orign", 4, "origin"),
    ("origin:>5", 7, None),
    ("@_trace_root:maybe", 13, "1"),
    ("@spanorigin.type:enter", 17, "entry"),
]


@pytest.mark.parametrize(("text", "offset", "hint"), REFUSALS)
def test_a_search_that_can_mean_nothing_is_refused_with_the_nearest_that_can(text: str, offset: int, hint: str | None):
    tree = parsed(text)
    assert not isinstance(tree, Misread)

    refusal = planned(tree)

    assert isinstance(refusal, Misread)
    assert (refusal.offset, refusal.hint) == (offset, hint)


@settings(max_examples=150, deadline=None)
@given(KNOWN_TREES)
def test_every_search_that_is_planned_runs_and_shares_the_spans_with_its_negation(
    store: Store, ids: dict[str, str], tree: Node
):
    found = planned(tree)
    if isinstance(found, Misread):
        return
    refused = planned(Not(tree))
    assert not isinstance(refused, Misread)

    wanted, others = (
        {row["span_id"] for row in store.reader.newest(each, NOON_NS - 1, NOON_NS + 1, 100).rows}
        for each in (found, refused)
    )

    assert wanted | others == set(ids)
    assert not wanted & others


def test_the_largest_search_that_is_read_is_also_answered(store: Store, ids: dict[str, str]):
    key = ".".join("abcdefghij")
    wide = " OR ".join(f"{key}:[{number} TO 1e9]" for number in range(TERM_LIMIT - 1)) + " OR service:pay"

    found = Reader(store.engine, time_limit_s=60).newest(condition(wide), NOON_NS - 1, NOON_NS + 1, 10)

    assert [ids[row["span_id"]] for row in found.rows] == ["datadog"]


def test_no_word_of_the_users_is_in_the_statement():
    for text in (
        "marker",
        "@marker:marker",
        "service:marker*",
        "marker.x:marker",
        "*:marker",
        "fn:marker",
        "origin:marker:1",
    ):
        found = condition(text)

        assert "marker" not in found.sql
        assert any("marker" in str(value) for value in found.parameters.values())
