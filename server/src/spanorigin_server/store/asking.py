"""How a question is put to the engine: which spans it is about, how long it may take, and what comes back as rows.

Under `reader` and `statistics`. A question that takes too long or too much memory is ended by the engine and comes back
as StoreOverloaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spanorigin_server.records import Columns, StoreFailed

from .statements import statement

if TYPE_CHECKING:
    from .home import Home, Parameter

Row = dict[str, Any]

# ClickHouse's error numbers: TIMEOUT_EXCEEDED, TOO_SLOW; MEMORY_LIMIT_EXCEEDED.
_TOOK_TOO_LONG = (159, 160)
_TOOK_TOO_MUCH = (241,)

# What a list shows of a span. No alias here is a column's name under the table's own meaning: conditions read `spans.…`
# and must keep doing so.
_ROW = """lower(hex(spans.trace_id)) AS trace_id,
    lower(hex(spans.span_id)) AS span_id,
    lower(hex(spans.parent_span_id)) AS parent_span_id,
    toUnixTimestamp64Nano(spans.ts) AS start_ns,
    spans.duration_ns AS duration_ns,
    spans.service AS service,
    spans.name AS name,
    spans.resource_name AS resource_name,
    spans.kind AS kind,
    spans.status AS status,
    spans.http_status AS http_status,
    spans.origin_type AS origin_type,
    spans.origin_file AS origin_file,
    spans.origin_path AS origin_path,
    spans.origin_line AS origin_line,
    spans.origin_function AS origin_function,
    spans.origin_frames AS origin_frames"""

SECOND_NS = 10**9
# The last second that the engine's DateTime holds.
_LAST_SECOND = 2**32 - 1


class StoreOverloaded(StoreFailed):
    """The question was ended since it took longer, or more memory, than one question may."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a span has to meet: SQL of our own making on the table `spans`, and the values its placeholders name."""

    sql: str = "1"
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def also(self, sql: str) -> Condition:
        """This condition and another on top, whose placeholders are among the parameters already."""
        return Condition(f"({self.sql} AND {sql})", self.parameters)


@dataclass(frozen=True, slots=True)
class Window:
    """A time range in whole seconds, for questions that count spans: what it is cut from is rounded outwards."""

    start_s: int
    end_s: int

    @classmethod
    def around(cls, start_ns: int, end_ns: int) -> Window:
        """The whole seconds that [start_ns, end_ns) touches."""
        return cls(min(start_ns // SECOND_NS, _LAST_SECOND - 1), min(-(-end_ns // SECOND_NS), _LAST_SECOND))

    @property
    def seconds(self) -> int:
        return self.end_s - self.start_s

    def step_s(self, pieces: int) -> int:
        """The length in seconds of each of at most `pieces` pieces that cover the window."""
        return max(1, -(-self.seconds // pieces))

    def sql(self, table: str = "spans") -> str:
        """The condition that a span begins in the window."""
        return (
            f"{table}.second >= toDateTime({self.start_s}, 'UTC') AND {table}.second < toDateTime({self.end_s}, 'UTC')"
        )


class Asker:
    """Puts the questions in `queries/` to one engine. May be used from any thread."""

    def __init__(self, engine: Home, time_limit_s: float = 10.0) -> None:
        self._engine = engine
        self.time_limit_s = time_limit_s

    def columns(
        self,
        question: str,
        parameters: Mapping[str, Parameter],
        *,
        seconds: float | None = None,
        **fragments: str,
    ) -> Columns:
        """The answer to queries/`question`.sql by columns. `fragments` are SQL of our own making."""
        seconds = self.time_limit_s if seconds is None else max(seconds, 0.001)
        asked = statement(
            f"queries/{question}",
            {
                **self._engine.target,
                "condition": "1",
                "row": _ROW,
                **fragments,
                "seconds": f"{seconds:.3f}",
            },
        )
        try:
            return self._engine.query(asked, parameters)
        except StoreFailed as error:
            raise _overloaded(error, self.time_limit_s) or error from None

    def rows(
        self,
        question: str,
        parameters: Mapping[str, Parameter],
        *,
        seconds: float | None = None,
        **fragments: str,
    ) -> list[Row]:
        """The same by rows."""
        columns = self.columns(question, parameters, seconds=seconds, **fragments)
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _overloaded(error: StoreFailed, time_limit_s: float) -> StoreOverloaded | None:
    if error.code in _TOOK_TOO_LONG:
        message = (
            f"The search was ended after {time_limit_s:g} seconds, the longest that one may take. "
            "Choose a shorter time range, or add a term that rules out more, such as service:."
        )
        return StoreOverloaded(message, slug="search-too-slow", code=error.code)
    if error.code in _TOOK_TOO_MUCH:
        message = (
            "The search was ended since it took more memory than one may. "
            "Choose a shorter time range, or add a term that rules out more, such as service:."
        )
        return StoreOverloaded(message, slug="search-too-heavy", code=error.code)
    return None
