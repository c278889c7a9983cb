"""Every visit to the shop comes from exactly the line that expected.yaml says, seen through the server's API."""

import time

import pytest
import yaml

from .asking import chain_of, place_of
from .expected import SHOP

NAMES = list(yaml.safe_load((SHOP / "expected.yaml").read_text())["visits"])
ENTRY_KINDS = ("server", "consumer")
EXIT_KINDS = ("client", "producer")


@pytest.fixture(scope="module")
def spans_of(demo, traces):
    """Spans of a visit's trace, by the visit's name."""
    by_trace = {trace_id: [] for trace_id in traces.values()}
    for span in demo.server.search(""):
        by_trace.get(span["trace_id"], []).append(span)
    return {name: by_trace[trace_id] for name, trace_id in traces.items()}


def test_the_table_of_origins_has_a_row_for_each_visit(traffic):
    assert [visit.name for visit in traffic.VISITS] == NAMES


def test_spans_with_both_kinds_of_origin_are_listed_within_15_s_of_the_services_start(demo):
    for kind in ("entry", "exit"):
        while not demo.server.search(f"@_dd.code_origin.type:{kind}"):
            assert time.time() - demo.services_started_at_s < 15, f"no {kind} origin yet"
            time.sleep(0.2)


@pytest.mark.parametrize("name", NAMES)
def test_the_entry_is_the_def_of_the_handler(name, traffic, expected, spans_of):
    (visit,) = [visit for visit in traffic.VISITS if visit.name == name]

    entries = [s for s in spans_of[name] if s["service"] == visit.service and s["kind"] in ENTRY_KINDS]

    assert entries, "the visit's own span did not arrive"
    for span in entries:
        wanted = expected.visits[name].entry
        found = span["origin"] and (span["origin"]["type"], place_of(span["origin"]))
        assert found == (wanted and ("entry", wanted)), span["resource"]


@pytest.mark.parametrize("name", NAMES)
def test_outgoing_calls_come_from_exactly_these_lines(name, traffic, expected, spans_of):
    (visit,) = [visit for visit in traffic.VISITS if visit.name == name]

    exits = [s for s in spans_of[name] if s["service"] == visit.service and s["kind"] in EXIT_KINDS]

    assert [s["resource"] for s in exits if not s["origin"]] == []
    assert {s["origin"]["type"] for s in exits} <= {"exit"}
    assert {chain_of(s["origin"]) for s in exits} == expected.visits[name].exits


def test_services_behind_the_one_that_was_visited_have_origins_of_the_table_too(expected, spans_of):
    spans = [span for of_trace in spans_of.values() for span in of_trace]

    entries = {place_of(s["origin"]) for s in spans if s["kind"] in ENTRY_KINDS and s["origin"]}
    exits = {chain_of(s["origin"]) for s in spans if s["kind"] in EXIT_KINDS}

    assert entries <= expected.entries()
    assert exits <= expected.exits()


def test_one_query_a_row_is_one_line_of_code(spans_of, expected):
    exits = [s for s in spans_of["order history"] if s["kind"] in EXIT_KINDS]

    from_the_template = [s for s in exits if s["origin"]["function"].endswith("Order.total_pence")]

    assert len(from_the_template) == 25
    assert len({(s["origin"]["path"], s["origin"]["line"]) for s in from_the_template}) == 1


@pytest.mark.parametrize("service", ["orders", "admin"])
def test_work_that_no_request_waits_for_has_origins(service, demo, traces, expected):
    spans = demo.server.search(f"service:{service} @_dd.code_origin.type:exit")

    alone = {chain_of(s["origin"]) for s in spans if s["trace_id"] not in traces.values() and not s["parent_span_id"]}

    assert alone == expected.background[service]


def test_spans_of_other_kinds_have_none(demo, traces):
    others = [s for s in demo.server.search("") if s["kind"] not in ENTRY_KINDS + EXIT_KINDS]

    assert others
    assert [s["resource"] for s in others if s["origin"]] == []


def test_a_span_says_why_it_has_no_origin(demo, traces, spans_of):
    (lost,) = [s for s in spans_of["no such page"] if s["kind"] == "server"]

    detail = demo.server.span(lost["trace_id"], lost["span_id"])

    assert detail["missing_origin"]["message"]
    assert detail["missing_origin"]["slug"]
    assert set(detail["resource_attributes"]) >= {"spanorigin.version", "spanorigin.source.root"}
