"""The origin of a span, from whichever dialect its sender wrote, and what the span worked on."""

from __future__ import annotations

import pytest
from spanorigin_tests.otlp import request_of, span_of

from .conftest import Server

COLUMNS = "origin_type, origin_file, origin_path, origin_line, origin_function, origin_frames"
INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = 1, 2, 3, 4, 5

OURS = {
    "code.file.path": "/srv/shop/app/pay.py",
    "code.line.number": 88,
    "code.function.name": "app.pay.Cart.pay",
    "spanorigin.type": "exit",
    "spanorigin.frames": (
        "/srv/shop/app/pay.py:88 app.pay.Cart.pay\n/srv/shop/app/my views.py:7 app.views.<lambda>\n/opt/x.py:1 x"
    ),
}
DATADOG = {
    "_dd.code_origin.type": "exit",
    "_dd.code_origin.frames.0.file": "/srv/shop/app/pay.py",
    "_dd.code_origin.frames.0.line": "88",
    "_dd.code_origin.frames.0.type": "app.pay",
    "_dd.code_origin.frames.0.method": "Cart.pay",
    "_dd.code_origin.frames.1.file": "/srv/shop/app/my views.py",
    "_dd.code_origin.frames.1.line": "7",
    "_dd.code_origin.frames.1.type": "app.views",
    "_dd.code_origin.frames.1.method": "<lambda>",
    "_dd.code_origin.frames.2.file": "/opt/x.py",
    "_dd.code_origin.frames.2.line": "1",
    "_dd.code_origin.frames.2.method": "x",
}
DEPRECATED = {
    "code.filepath": "/srv/shop/app/pay.py",
    "code.lineno": 88,
    "code.namespace": "app.pay.Cart",
    "code.function": "pay",
}
PLACE = {
    "origin_file": "/srv/shop/app/pay.py",
    "origin_path": "app/pay.py",
    "origin_line": 88,
    "origin_function": "app.pay.Cart.pay",
}
FRAMES = [
    {"file": "/srv/shop/app/pay.py", "path": "app/pay.py", "line": 88, "function": "app.pay.Cart.pay"},
    {"file": "/srv/shop/app/my views.py", "path": "app/my views.py", "line": 7, "function": "app.views.<lambda>"},
    {"file": "/opt/x.py", "path": "/opt/x.py", "line": 1, "function": "x"},
]


def stored_origin(
    server: Server, given: dict[str, object], kind: int = CLIENT, root: str = "/srv/shop"
) -> dict[str, object]:
    span = span_of(kind=kind, given=given)
    server.send(request_of(span, resource={"spanorigin.source.root": root}))
    return server.row(span.trace_id, COLUMNS)


def test_our_own_form_is_folded_with_all_its_frames(server: Server):
    assert stored_origin(server, OURS) == {"origin_type": "exit", **PLACE, "origin_frames": FRAMES}


def test_datadogs_form_is_folded_into_the_same(server: Server):
    assert stored_origin(server, DATADOG) == {"origin_type": "exit", **PLACE, "origin_frames": FRAMES}


def test_both_forms_at_once_are_one_origin(server: Server):
    assert stored_origin(server, OURS | DATADOG) == {"origin_type": "exit", **PLACE, "origin_frames": FRAMES}


@pytest.mark.parametrize("kind", [SERVER, CLIENT])
def test_the_deprecated_names_are_folded_and_the_kind_tells_the_type(server: Server, kind: int):
    expected = {"origin_type": "entry" if kind == SERVER else "exit", **PLACE, "origin_frames": []}

    assert stored_origin(server, DEPRECATED, kind) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(0, "entry"), (INTERNAL, "entry"), (SERVER, "entry"), (CLIENT, "exit"), (PRODUCER, "exit"), (CONSUMER, "entry")],
)
def test_without_a_written_type_the_kind_decides(server: Server, kind: int, expected: str):
    given = {key: OURS[key] for key in ("code.file.path", "code.line.number", "code.function.name")}

    assert stored_origin(server, given, kind)["origin_type"] == expected


@pytest.mark.parametrize("kind", [INTERNAL, SERVER, CLIENT])
def test_a_written_type_wins_over_the_kind(server: Server, kind: int):
    assert stored_origin(server, OURS | {"spanorigin.type": "entry"}, kind)["origin_type"] == "entry"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"code.function.name": "app.pay"},
        {"spanorigin.type": "exit"},
        {"_dd.code_origin.type": "exit"},
        {"code.line.number": 5},
    ],
)
def test_without_a_file_there_is_no_origin(server: Server, given: dict[str, object]):
    expected = {"origin_type": "none", "origin_file": "", "origin_path": "", "origin_line": 0, "origin_function": ""}

    assert stored_origin(server, given) == expected | {"origin_frames": []}


# What each sender writes about one place, `Cart.pay` in line 88 of app/pay.py, and what is stored of it.
# Each row: the span's attributes, the resource's, and the stored file, path and function.
DIALECTS = {
    "OpenTelemetry, stable": (
        {"code.file.path": "/srv/shop/app/pay.py", "code.line.number": 88, "code.function.name": "app.pay.Cart.pay"},
        {"spanorigin.source.root": "/srv/shop"},
        ("/srv/shop/app/pay.py", "app/pay.py", "app.pay.Cart.pay"),
    ),
    "OpenTelemetry, deprecated": (
        DEPRECATED,
        {"spanorigin.source.root": "/srv/shop"},
        ("/srv/shop/app/pay.py", "app/pay.py", "app.pay.Cart.pay"),
    ),
    "ddtrace for Python": (
        {
            "_dd.code_origin.type": "entry",
            "_dd.code_origin.frames.0.file": "/srv/shop/app/pay.py",
            "_dd.code_origin.frames.0.line": "88",
            "_dd.code_origin.frames.0.type": "app.pay",
            "_dd.code_origin.frames.0.method": "Cart.pay",
        },
        {},
        ("/srv/shop/app/pay.py", "/srv/shop/app/pay.py", "app.pay.Cart.pay"),
    ),
    "dd-trace for Node, an ES module": (
        {
            "_dd.code_origin.type": "entry",
            "_dd.code_origin.frames.0.file": "file:///srv/my%20shop/pay.mjs",
            "_dd.code_origin.frames.0.line": "88",
            "_dd.code_origin.frames.0.column": "7",
            "_dd.code_origin.frames.0.method": "pay",
            "_dd.code_origin.frames.0.type": "Cart",
        },
        {},
        ("/srv/my shop/pay.mjs", "/srv/my shop/pay.mjs", "Cart.pay"),
    ),
    "dd-trace for Java, which knows a file's bare name": (
        {
            "_dd.code_origin.type": "entry",
            "_dd.code_origin.frames.0.file": "Cart.java",
            "_dd.code_origin.frames.0.line": "88",
            "_dd.code_origin.frames.0.method": "pay",
            "_dd.code_origin.frames.0.type": "com.example.shop.Cart",
            "_dd.code_origin.frames.0.signature": "(int)",
        },
        {},
        ("Cart.java", "com/example/shop/Cart.java", "com.example.shop.Cart.pay"),
    ),
    "dd-trace for .NET on Windows": (
        {
            "_dd.code_origin.type": "entry",
            "_dd.code_origin.frames.0.index": "0",
            "_dd.code_origin.frames.0.file": "C:\\shop\\Cart.cs",
            "_dd.code_origin.frames.0.line": "88",
            "_dd.code_origin.frames.0.method": "Pay",
            "_dd.code_origin.frames.0.type": "Shop.Cart",
        },
        {},
        ("C:\\shop\\Cart.cs", "C:\\shop\\Cart.cs", "Shop.Cart.Pay"),
    ),
    "OpenTelemetry for Java": (
        {
            "code.file.path": "Cart.java",
            "code.line.number": 88,
            "code.function.name": "com.example.shop.Cart.pay",
        },
        {},
        ("Cart.java", "com/example/shop/Cart.java", "com.example.shop.Cart.pay"),
    ),
    "AWS's distribution": (
        {"code.file.path": "/srv/shop/app/pay.py", "code.line.number": 88, "code.function.name": "app.pay.Cart.pay"},
        {},
        ("/srv/shop/app/pay.py", "/srv/shop/app/pay.py", "app.pay.Cart.pay"),
    ),
    "Logfire": (
        {"code.filepath": "app/pay.py", "code.lineno": 88, "code.function": "Cart.pay"},
        {},
        ("app/pay.py", "app/pay.py", "Cart.pay"),
    ),
    "Logfire, told where in the repository the code lies": (
        {"code.filepath": "app/pay.py", "code.lineno": 88, "code.function": "Cart.pay"},
        {"vcs.root.path": "services/shop"},
        ("app/pay.py", "services/shop/app/pay.py", "Cart.pay"),
    ),
    "Sentry": (
        {"code.filepath": "app/pay.py", "code.lineno": 88, "code.namespace": "app.pay", "code.function": "pay"},
        {},
        ("app/pay.py", "app/pay.py", "app.pay.pay"),
    ),
    "Sentry, with the stable names": (
        {
            "code.file.path": "app/pay.py",
            "code.line.number": 88,
            "code.namespace": "app.pay",
            "code.function.name": "pay",
        },
        {},
        ("app/pay.py", "app/pay.py", "app.pay.pay"),
    ),
    "Rust's tracing": (
        {"code.file.path": "src/./pay.rs", "code.line.number": 88, "code.module.name": "shop::pay"},
        {},
        ("src/./pay.rs", "src/./pay.rs", "shop::pay"),
    ),
    "a bundler's relative path": (
        {"code.file.path": "./src/pay.ts", "code.line.number": 88.0, "code.function.name": "Cart.pay"},
        {},
        ("./src/pay.ts", "src/pay.ts", "Cart.pay"),
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_folded_into_the_same_columns(server: Server, dialect: str):
    given, resource, (file, path, function) = DIALECTS[dialect]
    span = span_of(kind=SERVER, given=given)

    server.send(request_of(span, resource=resource))

    assert server.row(span.trace_id, COLUMNS) == {
        "origin_type": "entry",
        "origin_file": file,
        "origin_path": path,
        "origin_line": 88,
        "origin_function": function,
        "origin_frames": [],
    }


@pytest.mark.parametrize(
    ("resource", "repository", "commit"),
    [
        (
            {"vcs.repository.url.full": "https://example.com/shop", "vcs.ref.head.revision": "abc"},
            "https://example.com/shop",
            "abc",
        ),
        # Logfire's
        (
            {"vcs.repository.url.full": "https://example.com/shop", "vcs.repository.ref.revision": "abc"},
            "https://example.com/shop",
            "abc",
        ),
        # Datadog's
        (
            {"git.repository_url": "https://example.com/shop", "git.commit.sha": "abc"},
            "https://example.com/shop",
            "abc",
        ),
        ({}, "", ""),
    ],
)
def test_repository_and_commit_come_under_several_names(
    server: Server, resource: dict[str, object], repository: str, commit: str
):
    span = span_of()

    server.send(request_of(span, resource=resource))

    assert server.row(span.trace_id, "repository, commit") == {"repository": repository, "commit": commit}


@pytest.mark.parametrize("line", ["88", 88, 88.0])
def test_a_line_is_a_line_in_whichever_form_it_came(server: Server, line: object):
    assert stored_origin(server, OURS | {"code.line.number": line})["origin_line"] == 88


@pytest.mark.parametrize("line", ["many", -1, 2**40, True, ""])
def test_a_line_that_is_none_is_zero_and_the_span_is_kept(server: Server, line: object):
    assert stored_origin(server, OURS | {"code.line.number": line})["origin_line"] == 0


def test_frames_that_do_not_read_are_left_out(server: Server):
    found = stored_origin(server, OURS | {"spanorigin.frames": "no line here\n/a.py:3 f\n\n/b.py:x g\n/c.py:9 h"})

    assert [(frame["file"], frame["line"]) for frame in found["origin_frames"]] == [("/a.py", 3), ("/c.py", 9)]


@pytest.mark.parametrize(
    ("root", "file", "path"),
    [
        ("/srv/shop", "/srv/shop/a.py", "a.py"),
        ("/srv/shop/", "/srv/shop/a.py", "a.py"),
        ("/srv/shop", "/srv/shopping/a.py", "/srv/shopping/a.py"),
        ("/srv/shop", "/srv/shop", "/srv/shop"),
        ("", "/srv/shop/a.py", "/srv/shop/a.py"),
        ("C:\\shop", "C:\\shop\\app\\a.py", "app/a.py"),
        ("/", "/a.py", "/a.py"),
    ],
)
def test_a_path_is_the_file_without_the_root(server: Server, root: str, file: str, path: str):
    found = stored_origin(server, OURS | {"code.file.path": file}, root=root)

    assert (found["origin_file"], found["origin_path"]) == (file, path)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"http.request.method": "GET", "http.route": "/cart/{id}"}, "GET /cart/{id}"),
        ({"http.method": "POST", "http.route": "/cart"}, "POST /cart"),
        ({"http.route": "/cart"}, "/cart"),
        ({"http.request.method": "GET", "url.template": "/users/{id}"}, "GET /users/{id}"),
        ({"http.request.method": "GET"}, "work"),
        ({"http.request.method": "GET", "url.path": "/orders/7/items"}, "GET /orders/{id}/items"),
        ({"db.query.summary": "SELECT cart", "db.query.text": "SELECT 1"}, "SELECT cart"),
        ({"db.operation.name": "SELECT", "db.collection.name": "cart"}, "SELECT cart"),
        ({"db.operation": "SELECT", "db.sql.table": "cart"}, "SELECT cart"),
        ({"db.statement": "SELECT * FROM cart"}, "SELECT * FROM cart"),
        ({"db.query.text": "ä" * 300}, "ä" * 200),
        ({"rpc.service": "shop.Cart", "rpc.method": "Pay"}, "shop.Cart/Pay"),
        ({"rpc.method": "shop.Cart/Pay"}, "shop.Cart/Pay"),
        ({"messaging.operation.name": "send", "messaging.destination.name": "orders"}, "send orders"),
        ({"messaging.destination.name": "orders"}, "orders"),
        ({"resource.name": "SELECT cart", "db.statement": "SELECT 1"}, "SELECT cart"),
        ({"resource.name": "GET", "http.method": "GET", "http.route": "/items"}, "GET /items"),
        ({"resource.name": "work"}, "work"),
        ({}, "work"),
    ],
)
def test_what_a_span_worked_on(server: Server, given: dict[str, object], expected: str):
    span = span_of("work", given=given)

    server.send(request_of(span))

    assert server.row(span.trace_id, "resource_name")["resource_name"] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"http.request.method": "POST", "url.full": "http://u:p@orders:8001/v1/orders/?a=1#b"},
            "POST orders:8001/v1/orders/",
        ),
        ({"http.method": "GET", "http.url": "https://example.com/orders/7"}, "GET example.com/orders/{id}"),
        ({"http.method": "GET", "net.peer.name": "db", "net.peer.port": 80, "http.target": "/x?q=1"}, "GET db:80/x"),
        (
            {"http.request.method": "GET", "url.full": "http://[::1]:80/6f1ed002ab5595859014ebf0951522d9"},
            "GET [::1]:80/{id}",
        ),
    ],
)
def test_a_call_without_a_template_worked_on_its_target(server: Server, given: dict[str, object], expected: str):
    span = span_of("GET", given=given, kind=CLIENT)

    server.send(request_of(span))

    assert server.row(span.trace_id, "resource_name")["resource_name"] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"http.response.status_code": 404}, 404),
        ({"http.status_code": "500"}, 500),
        ({}, 0),
        ({"http.status_code": 70000}, 0),
    ],
)
def test_the_http_status_of_a_span(server: Server, given: dict[str, object], expected: int):
    span = span_of(given=given)

    server.send(request_of(span))

    assert server.row(span.trace_id, "http_status")["http_status"] == expected


def test_what_is_said_of_the_resource(server: Server):
    span = span_of()
    resource = {
        "service.version": "1.2",
        "deployment.environment": "staging",
        "vcs.repository.url.full": "https://example.com/shop",
        "vcs.ref.head.revision": "abc",
    }

    server.send(request_of(span, resource=resource))

    expected = {
        "service": "shop",
        "version": "1.2",
        "env": "staging",
        "repository": "https://example.com/shop",
        "commit": "abc",
    }
    assert server.row(span.trace_id, ", ".join(expected)) == expected
