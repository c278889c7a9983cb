"""Pages of a search hold every span once, newest first, however the spans lie in time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanorigin_server.answers import Refused
from spanorigin_server.query.cursor import Cursor, query_mark, read_cursor, written_cursor
from spanorigin_server.records import StoreFailed
from spanorigin_server.store.home import Home
from spanorigin_server.store.reader import (
    NEWEST_S,
    NEWEST_SPANS,
    Condition,
    Place,
    Reader,
    StoreOverloaded,
    first_slice_s,
    next_slice_s,
    slice_start,
)
from spanorigin_server.store.statements import EMBEDDED

from .conftest import NOON_NS, SECOND_NS, Store

MINUTE_NS = 60 * SECOND_NS
EVERYTHING = Condition()


def pages(store: Store, limit: int, start_ns: int = 0, end_ns: int = NOON_NS + 1) -> list[list[str]]:
    read, after = [], None
    while True:
        found = store.reader.newest(EVERYTHING, start_ns, end_ns, limit, after)
        read.append([row["span_id"] for row in found.rows])
        after = found.last
        if after is None:
            return read


def test_every_span_is_on_one_page_and_in_order(emptied: Store):
    ages_min = [0, 0, 0, 1, 14, 15, 16, 59, 60, 61, 300, 400, 1400, 1500, 5000]
    order = [emptied.put(start_ns=NOON_NS - age * MINUTE_NS) for age in reversed(ages_min)][::-1]

    for limit in (1, 2, 4, 15, 100):
        read = pages(emptied, limit)
        assert [span_id for page in read for span_id in page] == order
        assert all(len(page) == limit for page in read[:-1])


def test_the_start_of_the_range_is_in_it_and_its_end_is_not(emptied: Store):
    early = emptied.put(start_ns=NOON_NS - 10)
    emptied.put(start_ns=NOON_NS)

    assert pages(emptied, 10, start_ns=NOON_NS - 10, end_ns=NOON_NS) == [[early]]


def test_spans_that_arrive_meanwhile_do_not_shift_the_next_page(emptied: Store):
    order = [emptied.put(start_ns=NOON_NS - age) for age in range(4)]
    first = emptied.reader.newest(EVERYTHING, 0, NOON_NS + 1, 2)
    emptied.put(start_ns=NOON_NS)

    second = emptied.reader.newest(EVERYTHING, 0, NOON_NS + 1, 2, first.last)

    assert [row["span_id"] for row in first.rows + second.rows] == order


_TIMES = st.integers(0, 2**62)


@given(_TIMES, _TIMES, st.integers(0, 200), st.integers(1, NEWEST_S))
def test_slices_touch_never_overlap_cover_the_range_and_are_few(one: int, other: int, found_in_each: int, first_s: int):
    start_ns, end_ns = sorted((one, other))
    high_ns, looked_s, found, steps = end_ns, 0, 0, 0

    while high_ns > start_ns and found <= 100:
        low_ns = slice_start(start_ns, high_ns, next_slice_s(looked_s, found, 101, first_s))
        assert start_ns <= low_ns < high_ns
        assert low_ns == start_ns or low_ns % SECOND_NS == 0
        looked_s += -(-(high_ns - low_ns) // SECOND_NS)
        high_ns, found, steps = low_ns, found + found_in_each, steps + 1

    assert steps <= 20


def test_the_second_slice_is_as_long_as_the_first_one_says():
    assert next_slice_s(0, 0, 101) == NEWEST_S
    assert next_slice_s(NEWEST_S, 0, 101) == 86_400
    assert next_slice_s(900, 10, 101) == 12_285
    assert next_slice_s(900, 100, 101) == 900


def test_the_first_slice_is_shorter_where_spans_come_thick():
    assert first_slice_s(0) == first_slice_s(50) == NEWEST_S
    assert first_slice_s(20_000) == NEWEST_SPANS // 20_000
    assert first_slice_s(1e9) == 1
    assert next_slice_s(15, 0, 101, 15) == NEWEST_S, "nothing in it: as if spans came thin"
    assert next_slice_s(15, 50, 101, 15) == 22


@pytest.mark.parametrize("pace", [0.0, 20_000.0, 1e9])
def test_pages_are_the_same_whatever_the_pace(emptied: Store, pace: float):
    ages_s = [0, 0, 1, 2, 14, 15, 16, 60, 899, 900, 901, 5000, 90_000]
    order = [emptied.put(start_ns=NOON_NS - age * SECOND_NS) for age in reversed(ages_s)][::-1]
    reader = Reader(emptied.engine, pace=lambda: pace)

    for limit in (1, 3, 100):
        read, after = [], None
        while True:
            found = reader.newest(EVERYTHING, 0, NOON_NS + 1, limit, after)
            read += [row["span_id"] for row in found.rows]
            after = found.last
            if after is None:
                break
        assert read == order


@given(st.integers(0, 2**62), st.integers(0, 1000), st.binary(min_size=16, max_size=16), st.text(max_size=20))
def test_a_cursor_comes_back_as_it_was(start_ns: int, offset: int, trace_id: bytes, text: str):
    place = Place(start_ns + offset, trace_id.hex(), trace_id[:8].hex())
    cursor = Cursor(query_mark(text), start_ns, start_ns + 1001, place)

    written = written_cursor(cursor)

    assert read_cursor(written) == cursor
    assert len(written) < 500


@given(st.text(max_size=100))
def test_what_is_no_cursor_is_refused(text: str):
    with pytest.raises(Refused) as refusal:
        read_cursor(text)

    assert refusal.value.slug == "cursor-unreadable"


@given(st.integers(0, 75), st.integers(1, 63))
def test_a_changed_cursor_is_refused(position: int, change: int):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    written = written_cursor(Cursor(7, 5, 99, Place(50, "ab" * 16, "cd" * 8)))
    position %= len(written) - 1
    other = alphabet[(alphabet.index(written[position]) + change) % 64]

    with pytest.raises(Refused):
        read_cursor(written[:position] + other + written[position + 1 :])


class FailingEngine:
    """An engine of which every query fails with one of ClickHouse's errors."""

    target = EMBEDDED

    def __init__(self, code: int) -> None:
        self.code = code

    def query(self, *_: object) -> dict[str, list[object]]:
        raise StoreFailed("Code: …", slug="store-failed", code=self.code)


@pytest.mark.parametrize(
    ("code", "slug"), [(159, "search-too-slow"), (160, "search-too-slow"), (241, "search-too-heavy")]
)
def test_a_search_that_the_engine_ended_says_what_to_do(code: int, slug: str):
    engine: Home = FailingEngine(code)  # type: ignore[assignment]

    with pytest.raises(StoreOverloaded) as refusal:
        Reader(engine).newest(EVERYTHING, 0, NOON_NS, 10)

    assert refusal.value.slug == slug
    assert "shorter time range" in refusal.value.message


def test_the_engine_really_ends_a_search_that_takes_too_long(emptied: Store):
    slow = Condition("sleepEachRow(0.5) = 0")
    for _ in range(8):
        emptied.put()

    with pytest.raises(StoreOverloaded) as refusal:
        Reader(emptied.engine, time_limit_s=1).newest(slow, 0, NOON_NS + 1, 10)

    assert refusal.value.slug == "search-too-slow"
