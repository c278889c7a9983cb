"""The routes that say where to look: calls that repeat, lines that are slow, that fail, that changed for the worse.

As contract/query-api.yaml describes them; mounted by `app`. Each is a ranked list of places in the code.
"""

from __future__ import annotations

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import answering, json_answer, whole_number
from spanorigin_server.store.asking import Row
from spanorigin_server.store.statistics import Statistics
from spanorigin_server.workers import Workers

from .asked import Now, asked
from .change import change_answer
from .measures import place, red, span_of_time
from .origins import sides_of

LIMIT_DEFAULT, LIMIT_MOST = 50, 1000
REPEATS_DEFAULT = 5
# A line that ran less often says little about how long it takes.
_SLOW_MIN_COUNT = 20
_CHANGE_MIN_COUNT = 20


def routes(statistics: Statistics, workers: Workers, now_ns: Now = time.time_ns) -> list[Route]:
    """The routes under /api/v1/findings."""

    async def repeats(request: Request) -> Response:
        question = asked(request, ("limit", "at_least"), now_ns)
        limit = _limit(request)
        at_least = whole_number(request, "at_least", default=REPEATS_DEFAULT, low=2, high=10_000)

        def work() -> Response:
            rows, one_in = statistics.repeats(question.window, question.condition, at_least=at_least, limit=limit)
            found = [_repeat(row, one_in) for row in rows]
            return json_answer({**span_of_time(question.window), "read_one_in": one_in, "findings": found})

        return await workers.run_long(work)

    async def slow(request: Request) -> Response:
        question = asked(request, ("limit", "min_count"), now_ns)
        limit = _limit(request)
        min_count = whole_number(request, "min_count", default=_SLOW_MIN_COUNT, low=1, high=999_999_999)

        def work() -> Response:
            rows = statistics.places(
                "line", question.window, question.condition, order="p95", limit=limit, min_count=min_count
            )
            found = [{**place(row), **red(row, question.window)} for row in rows]
            return json_answer({**span_of_time(question.window), "findings": found})

        return await workers.run_long(work)

    async def errors(request: Request) -> Response:
        question = asked(request, ("limit",), now_ns)
        limit = _limit(request)

        def work() -> Response:
            rows = statistics.failing(question.window, question.condition, limit)
            return json_answer({**span_of_time(question.window), "findings": [_failure(row) for row in rows]})

        return await workers.run_long(work)

    async def regressions(request: Request) -> Response:
        more = ("limit", "min_count", "where", "baseline_from", "baseline_to", "baseline_where")
        question = asked(request, more, now_ns)
        limit = _limit(request)
        min_count = whole_number(request, "min_count", default=_CHANGE_MIN_COUNT, low=1, high=999_999_999)
        now, before = sides_of(request, question, now_ns)

        def work() -> Response:
            rows = statistics.changes("line", now, before, question.condition, min_count=min_count)
            changes = [change_answer(row, now, before) for row in rows]
            worse = [change for change in changes if change["change"] in ("slower", "failing")]
            worse.sort(key=lambda change: -change["score"])
            answer = {"now": span_of_time(now.window), "before": span_of_time(before.window), "findings": worse[:limit]}
            return json_answer(answer)

        return await workers.run_long(work)

    return [
        Route("/api/v1/findings/repeats", answering(repeats), methods=["GET"]),
        Route("/api/v1/findings/slow", answering(slow), methods=["GET"]),
        Route("/api/v1/findings/errors", answering(errors), methods=["GET"]),
        Route("/api/v1/findings/regressions", answering(regressions), methods=["GET"]),
    ]


def _limit(request: Request) -> int:
    return whole_number(request, "limit", default=LIMIT_DEFAULT, low=1, high=LIMIT_MOST)


def _repeat(row: Row, one_in: int) -> dict[str, Any]:
    """RepeatFinding. What was counted in one trace of so many is multiplied out; the most and the mean are not."""
    parent = row["parent"]
    return {
        **place(row),
        "service": row["service"],
        "resource": row["resource"],
        "traces": row["traces"] * one_in,
        "parents": row["parents"] * one_in,
        "calls": row["calls_in_all"] * one_in,
        "calls_per_parent": row["calls_mean"],
        "calls_per_parent_most": row["calls_most"],
        "total_ns": row["total_ns"] * one_in,
        "wasted_ns": row["wasted_ns"] * one_in,
        "share_of_parent": None if parent is None else parent["share"],
        "parent": None if parent is None else _parent(parent),
        "worst_trace": row["worst"],
        "example_traces": row["examples"],
    }


def _parent(row: Row) -> dict[str, Any]:
    return {
        "name": row["parent_name"],
        "path": row["parent_path"] or None,
        "line": row["parent_line"] or None,
        "function": row["parent_function"] or None,
    }


def _failure(row: Row) -> dict[str, Any]:
    return {
        **place(row),
        "service": row["service"],
        "errors": row["errors"],
        "traces": row["traces"],
        "messages": [message for message in row["messages"] if message],
        "newest_trace": row["newest_trace"],
        "newest_span": row["newest_span"],
        "newest_ns": str(row["newest_ns"]),
    }
