"""Origins can be searched for under every name they go by, and nothing without one is found."""

import pytest


def ids(spans):
    return {(span["trace_id"], span["span_id"]) for span in spans}


@pytest.fixture(scope="module")
def all_spans(demo, traces):
    return demo.server.search("")


@pytest.mark.parametrize(
    "query", ["@_dd.code_origin.type:*", "@spanorigin.type:*", "has:origin", "@code.file.path:*", "file:*"]
)
def test_all_spans_with_an_origin_are_found_and_no_other(query, demo, all_spans):
    found = demo.server.search(query)

    assert ids(found) == ids(span for span in all_spans if span["origin"])
    assert len(found) > 100


@pytest.mark.parametrize("query", ["-@_dd.code_origin.type:*", "NOT has:origin", "!@spanorigin.type:*"])
def test_negated_it_finds_the_rest(query, demo, all_spans):
    assert ids(demo.server.search(query)) == ids(span for span in all_spans if not span["origin"])


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("@_dd.code_origin.type:entry", lambda s: s["origin"] and s["origin"]["type"] == "entry"),
        ("service:orders", lambda s: s["service"] == "orders"),
        ("status:error", lambda s: s["status"] == "error"),
        ("service:web status:error", lambda s: s["service"] == "web" and s["status"] == "error"),
        ("service:(web OR admin) kind:server", lambda s: s["service"] != "orders" and s["kind"] == "server"),
        (
            "@code.function.name:ordering.models.Order.total_pence",
            lambda s: s["origin"] and s["origin"]["function"] == "ordering.models.Order.total_pence",
        ),
        (
            "@_dd.code_origin.frames.0.file:*pricing.py",
            lambda s: s["origin"] and s["origin"]["file"].endswith("pricing.py"),
        ),
    ],
)
def test_a_query_finds_exactly_what_it_says(query, matches, demo, all_spans):
    wanted = ids(span for span in all_spans if matches(span))

    assert ids(demo.server.search(query)) == wanted
    assert wanted


def test_a_line_finds_the_spans_that_come_from_it(demo, all_spans, expected):
    (line,) = {chain[0] for chain in expected.exits() if chain[0].function.endswith("Order.total_pence")}

    found = demo.server.search(f"origin:{line.path}:{line.line}")

    assert ids(found) == ids(s for s in all_spans if s["origin"] and s["origin"]["path"] == line.path)


def test_a_query_that_makes_no_sense_is_refused_with_the_place_and_a_hint(demo):
    status, error = demo.server.refusal("/api/v1/spans", q="service:web statsu:error")

    assert status == 400
    assert error["offset"] == len("service:web ")
    assert "status" in error["hint"]


@pytest.mark.parametrize("query", ["(", "service:", 'name:"open', "AND", "@:x", "duration:>quick"])
def test_broken_queries_are_refused_and_never_an_empty_list(query, demo):
    status, error = demo.server.refusal("/api/v1/spans", q=query)

    assert status == 400
    assert error["message"]
    assert error["slug"]
