"""What is beyond the limits of a data folder goes, oldest first; what is within them stays."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from spanorigin_server.life.limits import Limits
from spanorigin_server.life.retention import DAY_S, Retention
from spanorigin_server.records import StoreFailed
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_server.store.tables import prepare
from spanorigin_server.store.upkeep import Upkeep

# Noon, so that a few hours before and after are the same day.
NOW_S = 1_795_348_800


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(tmp_path_factory.mktemp("kept") / "data")
    prepare(engine)
    yield engine
    engine.close()


@pytest.fixture
def engine(opened: EmbeddedEngine) -> EmbeddedEngine:
    opened.execute("TRUNCATE TABLE spanorigin.spans")
    return opened


def put(engine: EmbeddedEngine, days_ago: int, spans: int, service: str = "shop", later: int = 0) -> None:
    """Spans spread over the six hours around noon of a day, or ten minutes later each; attributes do not shrink."""
    engine.execute(
        "INSERT INTO spanorigin.spans (ts, trace_id, span_id, service, name, attrs_str) "
        "SELECT fromUnixTimestamp64Nano(toInt64(({noon_s:Int64} - 10800 + 21600 * number / {spans:UInt32}) * 1e9), "
        "'UTC'), unhex(hex(MD5(toString(number + {days_ago:UInt32} * 10000000)))), toString(number + 10000000), "
        "{service:String}, 'work', map('id', toString(generateUUIDv4(number))) FROM numbers({spans:UInt32})",
        {"noon_s": NOW_S - days_ago * DAY_S + later * 600, "spans": spans, "days_ago": days_ago, "service": service},
    )


def spans_by_days_ago(engine: EmbeddedEngine) -> dict[int, int]:
    found = engine.query(
        "SELECT dateDiff('day', toDate(second), toDate({now_s:UInt32})) AS ago, count() AS spans "
        "FROM spanorigin.spans GROUP BY ago ORDER BY ago",
        {"now_s": NOW_S},
    )
    return dict(zip(found.get("ago", ()), found.get("spans", ()), strict=True))


def kept(engine: EmbeddedEngine, limits: Limits) -> Retention:
    return Retention(Upkeep(engine), lambda: limits, now_s=lambda: NOW_S)


def test_without_limits_everything_stays(engine):
    put(engine, 0, 10)
    put(engine, 4000, 10)

    removed = kept(engine, Limits()).look()

    assert (removed.days, removed.cuts) == (0, 0)
    assert spans_by_days_ago(engine) == {0: 10, 4000: 10}


def test_days_whose_newest_span_is_too_old_go(engine):
    for days_ago in (0, 2, 3, 4, 30):
        put(engine, days_ago, 10)

    # The day three days ago has spans of the three hours after noon, which are not three days old yet.
    removed = kept(engine, Limits(days=3)).look()

    assert removed.days == 2
    assert spans_by_days_ago(engine) == {0: 10, 2: 10, 3: 10}


def test_beyond_the_size_the_oldest_days_go_and_no_more_than_needed(engine):
    for days_ago in (0, 1, 2, 3):
        put(engine, days_ago, 5000)
    day_bytes = Upkeep(engine).days()[0].bytes

    removed = kept(engine, Limits(bytes=int(2.5 * day_bytes))).look()

    assert removed.days + removed.parts == 2
    assert removed.cuts == 0
    assert spans_by_days_ago(engine) == {0: 5000, 1: 5000}


def test_beyond_the_size_a_day_loses_its_oldest_parts_and_keeps_the_others(engine):
    engine.execute("SYSTEM STOP MERGES spanorigin.spans")
    try:
        for days_ago in (1, 0):
            for hour in range(10):
                put(engine, days_ago, 2000, service=f"at-{hour}", later=hour)
        held = Upkeep(engine).days()
        part_bytes = held[0].bytes / 10

        # 14 of 20 parts fit: the oldest six of yesterday go. Then 5 fit: all of yesterday, and five of today.
        first = kept(engine, Limits(bytes=int(14.5 * part_bytes))).look()
        left_first = spans_by_days_ago(engine)
        second = kept(engine, Limits(bytes=int(5.5 * part_bytes))).look()
        services = engine.query("SELECT DISTINCT service FROM spanorigin.spans ORDER BY service")["service"]
    finally:
        engine.execute("SYSTEM START MERGES spanorigin.spans")

    assert (first.days, first.cuts, first.parts) == (0, 0, 6)
    assert left_first == {0: 20_000, 1: 8000}
    assert (second.days, second.cuts, second.parts) == (1, 0, 5)
    assert services == [f"at-{hour}" for hour in range(5, 10)]


def test_merges_make_no_part_larger_than_a_tenth_of_the_limit_until_there_is_none(engine):
    def largest_parts() -> list[int]:
        engine.execute("OPTIMIZE TABLE spanorigin.spans")
        engine.execute("OPTIMIZE TABLE spanorigin.spans")
        return [part.bytes for part in Upkeep(engine).parts()]

    retention = kept(engine, Limits(bytes=10 * 1000 * 1000))
    retention.look()
    for hour in range(4):
        put(engine, 0, 20_000, later=hour)
    bounded = largest_parts()
    kept(engine, Limits()).look()
    unbounded = largest_parts()

    assert sum(bounded) > 2_000_000
    assert max(bounded) < 1_100_000
    assert len(unbounded) == 1


def test_a_part_that_was_merged_meanwhile_is_looked_for_anew(engine):
    class Merging(Upkeep):
        """In which a merge comes between looking and dropping, once."""

        has_merged = False

        def drop_part(self, part):
            if not self.has_merged:
                self.has_merged = True
                engine.execute("OPTIMIZE TABLE spanorigin.spans PARTITION ID {day:String} FINAL", {"day": part.day})
            return super().drop_part(part)

    for hour in range(3):
        put(engine, 1, 2000, later=hour)
        put(engine, 0, 2000, later=hour)
    upkeep = Merging(engine)
    total = sum(day.bytes for day in upkeep.days())

    removed = Retention(upkeep, lambda: Limits(bytes=int(0.55 * total)), now_s=lambda: NOW_S).look()

    assert upkeep.has_merged
    assert (removed.parts, removed.cuts) == (1, 0)
    assert spans_by_days_ago(engine) == {0: 6000}


def test_a_single_day_that_is_too_large_loses_its_oldest_hours(engine):
    put(engine, 0, 20_000)
    before = Upkeep(engine).days()[0].bytes

    removed = kept(engine, Limits(bytes=before // 2)).look()

    left = Upkeep(engine).days()
    oldest_s = engine.query("SELECT toUnixTimestamp(min(second)) AS oldest FROM spanorigin.spans")["oldest"][0]
    assert removed.cuts == 1
    assert sum(day.bytes for day in left) <= before // 2
    assert 6000 < spans_by_days_ago(engine)[0] < 10_000
    # Of six hours the newest are left.
    assert oldest_s > NOW_S - 10_800 + 21_600 * 0.45
    # By line, which is read from the projection: that has lost the same.
    by_line = engine.query(
        "SELECT count() AS spans FROM spanorigin.spans WHERE origin_path = '' AND origin_line = 0 "
        "SETTINGS force_optimize_projection = 1"
    )
    assert by_line["spans"][0] == spans_by_days_ago(engine)[0]


def test_spans_go_on_being_written_and_read_while_days_are_dropped(engine):
    for days_ago in range(20):
        put(engine, days_ago, 500)
    retention = kept(engine, Limits(days=1))
    retention.start()
    try:
        until = time.monotonic() + 30
        written = 0
        while spans_by_days_ago(engine).keys() != {0, 1} and time.monotonic() < until:
            put(engine, 0, 10, service="meanwhile")
            written += 10
    finally:
        retention.stop()

    assert spans_by_days_ago(engine) == {0: 500 + written, 1: 500}


def test_a_store_that_fails_is_told_of_once_and_does_not_end_the_thread(engine, capsys):
    class Broken(Upkeep):
        looks = 0

        def days(self):
            Broken.looks += 1
            raise StoreFailed("The disk is gone.", slug="store-failed")

    retention = Retention(Broken(engine), lambda: Limits(days=1), look_every_s=0.01)
    retention.start()
    until = time.monotonic() + 30
    while Broken.looks < 3 and time.monotonic() < until:
        time.sleep(0.01)
    retention.stop()

    assert Broken.looks >= 3
    assert capsys.readouterr().err.count("The disk is gone. It is tried again every minute.") == 1
