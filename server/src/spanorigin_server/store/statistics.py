"""Count spans: rate, errors and duration of places in the code, of groups, over time; what stands out, what repeats.

Used by `query`; knows neither its language nor HTTP. All windows are whole seconds (asking.Window). Each question is a
statement in `queries/`; what differs between its forms is filled in from the tables here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .asking import Asker, Condition, Row, Window

if TYPE_CHECKING:
    from .home import Home, Parameter

MEASURES: Final = (
    "count() AS count, countIf(spans.status = 'error') AS errors, sum(spans.duration_ns) AS total_ns, "
    "quantilesTDigest(0.5, 0.95, 0.99)(spans.duration_ns) AS quantiles, toUnixTimestamp(max(spans.second)) AS last_s"
)

_LINE = "spans.origin_line AS line"
_FUNCTION = "spans.origin_function AS function"
_PATH = "spans.origin_path AS path"
_DIRECTORY = "if(position(spans.origin_path, '/') = 0, '', replaceRegexpOne(spans.origin_path, '/[^/]*$', '')) AS path"


@dataclass(frozen=True, slots=True)
class Grouping:
    """How places are put together: what is selected of them, what they are grouped by, and whether in order."""

    keys: str
    groups: str
    in_order: bool = False


GROUPINGS: Final[Mapping[str, Grouping]] = {
    "line": Grouping(f"{_PATH}, {_LINE}, {_FUNCTION}", "path, line, function", in_order=True),
    "function": Grouping(f"{_PATH}, min(spans.origin_line) AS line, {_FUNCTION}", "path, function"),
    "file": Grouping(f"{_PATH}, toUInt32(0) AS line, '' AS function", "path", in_order=True),
    "directory": Grouping(f"{_DIRECTORY}, toUInt32(0) AS line, '' AS function", "path"),
    "all": Grouping("'' AS path, toUInt32(0) AS line, '' AS function", "path"),
}

# Beside the place: the services, versions, commits or environments that it is split by.
SPLITS: Final = ("service", "version", "commit", "env")

# The names of `queries/origin_red.sql`; a share and a rate are worked out from counts.
ORDERS: Final[Mapping[str, str]] = {
    "total": "total_ns DESC",
    "count": "count DESC",
    "errors": "errors DESC",
    "error_rate": "errors / count DESC",
    "p50": "quantiles[1] DESC",
    "p95": "quantiles[2] DESC",
    "p99": "quantiles[3] DESC",
    "path": "path, line, function",
}

# Whole traces are sampled down to about this many spans, where parents and children have to be brought together.
_JOINED_SPANS = 400_000
# How many of the newest spans of a place are followed to what called them and what they call.
_FOLLOWED_SPANS = 200
_FOLLOWED_S = 600


@dataclass(frozen=True, slots=True)
class Key:
    """What spans are grouped by: `raw` as it is stored, and as the text that is `shown`, made once a group."""

    shown: str
    raw: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of two sets of spans that are compared."""

    window: Window
    condition: Condition


class Statistics:
    """Asks one engine. May be used from any thread."""

    def __init__(self, engine: Home, *, time_limit_s: float = 10.0) -> None:
        self._asker = Asker(engine, time_limit_s)

    def places(
        self,
        grouping: str,
        window: Window,
        condition: Condition,
        *,
        place: str = "1",
        split: str | None = None,
        order: str = "total",
        pieces: int = 0,
        min_count: int = 1,
        limit: int = 1000,
    ) -> list[Row]:
        """Rate, errors and duration of places: path, line, function, split, the MEASURES, a trend of `pieces` pieces.

        `place` is a further condition, on columns of the origin alone, whose values are among the condition's.
        """
        how = GROUPINGS[grouping]
        keys, groups = _split(how, split)
        trend = ""
        if pieces:
            piece = f"intDiv(toUnixTimestamp(spans.second) - {window.start_s}, {window.step_s(pieces)})"
            trend = (
                f", countResample(0, {pieces}, 1)({piece}) AS counts"
                f", countIfResample(0, {pieces}, 1)(spans.status = 'error', {piece}) AS error_counts"
            )
        return self._asker.rows(
            "origin_red",
            {**condition.parameters, "min_count": min_count, "limit": limit},
            keys=keys,
            groups=groups,
            measures=MEASURES,
            trend=trend,
            window=window.sql(),
            place=place,
            condition=condition.sql,
            order=f"{ORDERS[order]}, count DESC, {groups}",
            in_order=str(int(how.in_order)),
        )

    def self_times(
        self, grouping: str, window: Window, condition: Condition, *, place: str = "1", split: str | None = None
    ) -> tuple[dict[tuple[str, ...], int], int]:
        """The time that places took themselves, by path, line, function and split; and which share of traces was read.

        The share is one in so many. Exact up to some 400,000 spans in the window, else estimated from whole traces.
        """
        one_in = self._one_in(window)
        keys, groups = _split(GROUPINGS[grouping], split)
        rows = self._asker.rows(
            "origin_self",
            {**condition.parameters, "one_in": one_in},
            keys=keys,
            groups=groups,
            window=window.sql(),
            place=place,
            condition=condition.sql,
            sample=_sample(one_in),
        )
        return {place_key(row): int(row["self_ns"]) for row in rows}, one_in

    def changes(
        self, grouping: str, now: Side, before: Side, condition: Condition, *, place: str = "1", min_count: int = 1
    ) -> list[Row]:
        """Places in two sets of spans: each measure twice, and the means and variances of the durations' logarithms."""
        how = GROUPINGS[grouping]
        return self._asker.rows(
            "origin_change",
            {**now.condition.parameters, **before.condition.parameters, **condition.parameters, "min_count": min_count},
            keys=how.keys,
            groups=how.groups,
            now=f"({now.window.sql()} AND {now.condition.sql})",
            before=f"({before.window.sql()} AND {before.condition.sql})",
            now_window=f"({now.window.sql()})",
            before_window=f"({before.window.sql()})",
            place=place,
            condition=condition.sql,
        )

    def groups(
        self, fields: Sequence[Key], window: Window, condition: Condition, *, order: str, limit: int, group_limit: int
    ) -> list[Row]:
        """Spans grouped by expressions, `k0` and on, as text, with the MEASURES; the first `limit` in an order.

        Exact up to `group_limit` groups; a value that is first seen after so many others is left out.
        """
        return self._asker.rows(
            "groups",
            {**condition.parameters, "limit": limit},
            keys=_keys(fields),
            groups=_raw(fields),
            measures=MEASURES,
            window=window.sql(),
            condition=condition.sql,
            order=f"{ORDERS[order]}, count DESC, {_key_names(fields)}",
            group_limit=str(group_limit),
        )

    def series(
        self,
        fields: Sequence[Key],
        chosen: Sequence[Sequence[str]],
        window: Window,
        step_s: int,
        condition: Condition,
    ) -> list[Row]:
        """The chosen groups over time: `piece`, the keys, the MEASURES. Pieces without spans have no row."""
        columns: dict[str, Parameter] = {f"chosen{n}": [key[n] for key in chosen] for n in range(len(fields))}
        pairs = ", ".join(f"{{chosen{n}:Array(String)}}" for n in range(len(fields)))
        # One test for all fields of a group: a value that is chosen in one group does not let it into another.
        key = ", ".join(f"({field.shown})" for field in fields)
        inside = f"({key}) IN (SELECT arrayJoin(arrayZip({pairs})))" if len(fields) > 1 else f"{key} IN {pairs}"
        return self._asker.rows(
            "group_series",
            {**condition.parameters, **columns, "start_s": window.start_s, "step_s": step_s},
            keys=_keys(fields),
            groups=f"{_raw(fields)}, piece" if fields else "piece",
            measures=MEASURES,
            window=window.sql(),
            condition=condition.sql,
            chosen=inside if fields else "1",
        )

    def facets(
        self, fields: Sequence[Key], window: Window, condition: Condition, *, limit: int, group_limit: int
    ) -> list[list[Row]]:
        """For each field its most frequent values: `value`, `count`, `errors`. One reading of the spans for all.

        Exact up to `group_limit` values of a field, as in `groups`.
        """
        names = [f"k{number}" for number in range(len(fields))]
        rows = self._asker.rows(
            "facets",
            {**condition.parameters, "limit": limit},
            keys=_keys(fields),
            order=", ".join(names),
            groups=_raw(fields),
            sets=", ".join(f"({field.raw})" for field in fields),
            group_limit=str(group_limit),
            window=window.sql(),
            condition=condition.sql,
        )
        found: list[list[Row]] = [[] for _ in fields]
        everything = (1 << len(fields)) - 1
        for row in rows:
            number = len(fields) - (everything ^ row["others"]).bit_length()
            found[number].append({"value": row[f"k{number}"], "count": row["count"], "errors": row["errors"]})
        return found

    def heat(self, window: Window, step_s: int, rows_to_a_doubling: int, condition: Condition) -> list[Row]:
        """Cells that hold spans: `piece` of the window, `height` (a logarithm of the duration), `count`, `errors`."""
        return self._asker.rows(
            "heatmap",
            {
                **condition.parameters,
                "start_s": window.start_s,
                "step_s": step_s,
                "rows_to_a_doubling": rows_to_a_doubling,
            },
            window=window.sql(),
            condition=condition.sql,
        )

    def arrivals(self, window: Window, condition: Condition, *, limit: int) -> list[Row]:
        """Versions of the services that meet the condition: `service`, `version`, `commit`, `first_s`, `count`.

        Counted over all spans of these services, since the first span that a search finds may be a later one. Newest
        first; spans that tell neither version nor commit are left out.
        """
        services = "1"
        parameters: dict[str, Parameter] = {}
        if condition.sql != "1":
            found = self._asker.rows(
                "found_services",
                {**condition.parameters, "limit": limit},
                window=window.sql(),
                condition=condition.sql,
            )
            services = "has({services:Array(String)}, spans.service)"
            parameters["services"] = [row["service"] for row in found]
        return self._asker.rows("arrivals", {**parameters, "limit": limit}, window=window.sql(), services=services)

    def attribute_names(
        self, prefix: str, window: Window, condition: Condition, *, limit: int, sample: int
    ) -> list[Row]:
        """Attributes of the newest `sample` spans: `name`, `kind`, and on how many of them they are."""
        return self._asker.rows(
            "attribute_names",
            {**condition.parameters, "prefix": prefix, "limit": limit, "sample": sample},
            window=window.sql(),
            condition=condition.sql,
        )

    def counts(self, window: Window, condition: Condition, selection: Condition) -> tuple[int, int]:
        """How many spans meet the condition, and how many of these the selection."""
        (row,) = self._asker.rows(
            "count_spans",
            {**condition.parameters, **selection.parameters},
            window=window.sql(),
            condition=condition.sql,
            selection=selection.sql,
        )
        return row["spans"], row["selected"]

    def shares(
        self,
        fields: Mapping[str, str],
        window: Window,
        condition: Condition,
        selection: Condition,
        one_in: tuple[int, int],
        sizes: tuple[float, float],
        *,
        min_count: int,
        limit: int,
    ) -> list[Row]:
        """`name`, `value`, and in how many sampled spans, `selected` and `others`, they occur; most telling first.

        `one_in` says how thinly either side is sampled, `sizes` about how many spans that leaves.
        """
        pairs = ", ".join(f"('{name}', toString({expression}))" for name, expression in fields.items())
        return self._asker.rows(
            "attribute_shares",
            {
                **condition.parameters,
                **selection.parameters,
                "selected_one_in": one_in[0],
                "others_one_in": one_in[1],
                "selected_in_all": sizes[0],
                "others_in_all": sizes[1],
                "min_count": min_count,
                "limit": limit,
            },
            fields=f"[{pairs}]",
            window=window.sql(),
            condition=condition.sql,
            selection=selection.sql,
        )

    def repeats(self, window: Window, condition: Condition, *, at_least: int, limit: int) -> tuple[list[Row], int]:
        """Lines that called `at_least` times under one parent, most time wasted first; and which share was read.

        Counts are of the traces that were read: one in so many, whole traces.
        """
        one_in = self._one_in(window)
        rows = self._asker.rows(
            "repeats",
            {**condition.parameters, "at_least": at_least, "limit": limit},
            window=window.sql(),
            condition=condition.sql,
            sample=_sample(one_in),
        )
        examples = sorted({trace for row in rows for trace in row["examples"]})
        parents: dict[tuple[str, ...], Row] = {}
        if examples:
            before = Window(max(0, window.start_s - _FOLLOWED_S), window.end_s)
            found = self._asker.rows(
                "parents_of_repeats",
                {**condition.parameters, "traces": examples, "at_least": at_least},
                window=window.sql(),
                window_before=before.sql(),
                condition=condition.sql,
            )
            parents = {place_key(row): row for row in found}
        return [{**row, "parent": parents.get(place_key(row))} for row in rows], one_in

    def failing(self, window: Window, condition: Condition, limit: int) -> list[Row]:
        """Lines whose spans failed, most failures first, with what they said and the newest of them."""
        return self._asker.rows(
            "error_lines",
            {**condition.parameters, "limit": limit},
            window=window.sql(),
            condition=condition.sql,
        )

    def newest_of(self, window: Window, condition: Condition, place: str) -> list[Row]:
        """The newest spans of a place: `trace_id`, `parent_span_id`, `service`, `began_s`, and the calling frame."""
        return self._asker.rows(
            "newest_traces",
            {**condition.parameters, "limit": _FOLLOWED_SPANS},
            window=window.sql(),
            place=place,
            condition=condition.sql,
        )

    def related(
        self, sample: Sequence[Row], related: str, parameters: Mapping[str, Parameter], limit: int
    ) -> list[Row]:
        """Places in the traces of a sample (`newest_of`) that meet a condition, with `service`, `traces`, MEASURES."""
        if not sample:
            return []
        times = [row["began_s"] for row in sample]
        around = Window(max(0, min(times) - _FOLLOWED_S), max(times) + _FOLLOWED_S)
        return self._asker.rows(
            "related",
            {**parameters, "traces": sorted({row["trace_id"] for row in sample}), "limit": limit},
            measures=MEASURES,
            window=around.sql(),
            related=related,
        )

    def _one_in(self, window: Window) -> int:
        spans, _ = self.counts(window, Condition(), Condition())
        return max(1, -(-spans // _JOINED_SPANS))


def place_key(row: Row) -> tuple[str, ...]:
    """What tells a place from others: path, line, function, and what it is split by."""
    return (row["path"], str(row["line"]), row["function"], row.get("split", ""))


def _split(how: Grouping, split: str | None) -> tuple[str, str]:
    return (how.keys, how.groups) if split is None else (f"{how.keys}, spans.{split} AS split", f"{how.groups}, split")


def _sample(one_in: int) -> str:
    return "1" if one_in == 1 else f"cityHash64(spans.trace_id) % {one_in} = 0"


def _keys(fields: Sequence[Key]) -> str:
    return ", ".join(f"{field.shown} AS k{number}" for number, field in enumerate(fields)) or "1 AS everything"


def _raw(fields: Sequence[Key]) -> str:
    return ", ".join(field.raw for field in fields) or "everything"


def _key_names(fields: Sequence[Key]) -> str:
    return ", ".join(f"k{number}" for number in range(len(fields))) or "everything"
