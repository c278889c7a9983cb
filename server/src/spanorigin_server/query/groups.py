"""The routes that group spans by fields: top lists and time series, facets, fields and their values, the heat map.

As contract/query-api.yaml describes them; mounted by `app`. The counting is `store.statistics`'.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, json_answer, whole_number
from spanorigin_server.store.asking import Row
from spanorigin_server.store.statistics import ORDERS, Statistics
from spanorigin_server.workers import Workers

from .asked import Asked, Now, asked, choice, words
from .dimensions import CURATED, Field, field_named, field_names
from .measures import dense, nanoseconds, pieces_of, red, span_of_time

GROUP_FIELDS_MOST, FACETS_MOST = 4, 20
SERIES_MOST = 50
PIECES_MOST = 1000
_ORDERS = tuple(order for order in ORDERS if order != "path")
# Distinct groups that are told apart; a value first met after so many others is left out.
_GROUP_LIMIT = 200_000
_FIELDS_SAMPLE = 20_000
_VALUES_GROUP_LIMIT = 100_000
_PREFIX_LIMIT = 200


def routes(statistics: Statistics, workers: Workers, now_ns: Now = time.time_ns) -> list[Route]:
    """The routes under /api/v1 that group spans."""

    async def aggregate(request: Request) -> Response:
        question = asked(request, ("by", "sort", "limit", "buckets"), now_ns)
        fields = [field_named(name, question.binder, "by") for name in words(request, "by", GROUP_FIELDS_MOST)]
        order = choice(request, "sort", _ORDERS, "count")
        pieces = whole_number(request, "buckets", default=0, low=0, high=PIECES_MOST)
        most = SERIES_MOST if pieces else 1000
        limit = whole_number(request, "limit", default=min(20, most), low=1, high=most)
        return await workers.run_long(
            lambda: json_answer(_aggregate(statistics, question, fields, order=order, limit=limit, pieces=pieces))
        )

    async def facets(request: Request) -> Response:
        question = asked(request, ("fields", "limit"), now_ns)
        named = words(request, "fields", FACETS_MOST) or CURATED
        fields = [field_named(name, question.binder, "fields") for name in named]
        limit = whole_number(request, "limit", default=20, low=1, high=200)
        return await workers.run_long(lambda: json_answer(_facets(statistics, question, fields, limit)))

    async def fields(request: Request) -> Response:
        question = asked(request, ("prefix", "limit"), now_ns)
        prefix = _prefix(request)
        limit = whole_number(request, "limit", default=200, low=1, high=1000)
        return await workers.run_long(lambda: json_answer(_fields(statistics, question, prefix, limit)))

    async def values(request: Request) -> Response:
        question = asked(request, ("field", "prefix", "limit"), now_ns)
        name = request.query_params.get("field")
        if name is None:
            message = "field is missing. Name the one whose values are wanted, such as service or @http.route."
            raise Refused(message, slug="parameter-missing")
        field = field_named(name, question.binder)
        beginning = question.binder.text(_prefix(request))
        limit = whole_number(request, "limit", default=20, low=1, high=200)

        def work() -> Response:
            condition = question.condition.also(
                f"{field.key.shown} != '' AND startsWith({field.key.shown}, {beginning})"
            )
            rows = statistics.groups(
                [field.key], question.window, condition, order="count", limit=limit, group_limit=_VALUES_GROUP_LIMIT
            )
            found = [{"value": row["k0"], "count": row["count"]} for row in rows]
            return json_answer({"field": field.name, "values": found})

        return await workers.run_long(work)

    async def heatmap(request: Request) -> Response:
        question = asked(request, ("columns", "rows_per_doubling"), now_ns)
        columns = whole_number(request, "columns", default=60, low=1, high=PIECES_MOST)
        fineness = whole_number(request, "rows_per_doubling", default=2, low=1, high=8)
        return await workers.run_long(lambda: json_answer(_heatmap(statistics, question, columns, fineness)))

    return [
        Route("/api/v1/aggregate", answering(aggregate), methods=["GET"]),
        Route("/api/v1/facets", answering(facets), methods=["GET"]),
        Route("/api/v1/fields", answering(fields), methods=["GET"]),
        Route("/api/v1/fields/values", answering(values), methods=["GET"]),
        Route("/api/v1/heatmap", answering(heatmap), methods=["GET"]),
    ]


def _aggregate(
    statistics: Statistics, question: Asked, fields: Sequence[Field], *, order: str, limit: int, pieces: int
) -> dict[str, Any]:
    begun_at = time.perf_counter()
    window, keys = question.window, [field.key for field in fields]
    rows = statistics.groups(keys, window, question.condition, order=order, limit=limit, group_limit=_GROUP_LIMIT)
    step_s = window.step_s(pieces) if pieces else None
    over_time: dict[tuple[str, ...], list[Row]] = {}
    if step_s is not None and rows:
        chosen = [_key(row, fields) for row in rows]
        for row in statistics.series(keys, chosen, window, step_s, question.condition):
            over_time.setdefault(_key(row, fields), []).append(row)
    groups = []
    for row in rows:
        series = None
        if step_s is not None:
            series = _series(over_time.get(_key(row, fields), []), pieces_of(window, step_s))
        groups.append({"values": list(_key(row, fields)), **red(row, window), "series": series})
    return {
        **span_of_time(window, step_s),
        "by": [field.name for field in fields],
        "groups": groups,
        "read_ns": int((time.perf_counter() - begun_at) * 1e9),
    }


def _series(rows: Sequence[Row], pieces: int) -> dict[str, list[int]]:
    quantiles = [[0] * pieces for _ in range(3)]
    for row in rows:
        for column, value in zip(quantiles, row["quantiles"], strict=True):
            column[row["piece"]] = nanoseconds(value)
    return {
        "counts": dense(pieces, rows, "count"),
        "errors": dense(pieces, rows, "errors"),
        "p50_ns": quantiles[0],
        "p95_ns": quantiles[1],
        "p99_ns": quantiles[2],
    }


def _key(row: Row, fields: Sequence[Field]) -> tuple[str, ...]:
    return tuple(row[f"k{number}"] for number in range(len(fields)))


def _facets(statistics: Statistics, question: Asked, fields: Sequence[Field], limit: int) -> dict[str, Any]:
    begun_at = time.perf_counter()
    # Two words may mean one field.
    named = {field.name: field.key for field in fields}
    # One more than is shown tells whether there are more; one more again, since the empty value is not shown.
    found = statistics.facets(
        list(named.values()), question.window, question.condition, limit=limit + 2, group_limit=_GROUP_LIMIT
    )
    facets = []
    for name, rows in zip(named, found, strict=True):
        values = [row for row in rows if row["value"] != ""]
        facets.append({"field": name, "values": values[:limit], "has_more": len(values) > limit})
    return {**span_of_time(question.window), "facets": facets, "read_ns": int((time.perf_counter() - begun_at) * 1e9)}


def _fields(statistics: Statistics, question: Asked, prefix: str, limit: int) -> dict[str, Any]:
    own = (*CURATED, *sorted(set(field_names()) - set(CURATED)))
    found: list[dict[str, Any]] = [
        {"name": name, "kind": "field", "share": None} for name in own if name.startswith(prefix)
    ]
    kept_prefix = prefix.removeprefix("@")
    rows = statistics.attribute_names(
        kept_prefix, question.window, question.condition, limit=limit * 2, sample=_FIELDS_SAMPLE
    )
    looked_at = max((row["count"] for row in rows), default=1)
    for row in rows:
        name = row["name"] if row["kind"] == "resource" else f"@{row['name']}"
        if name.startswith(prefix):
            found.append({"name": name, "kind": row["kind"], "share": row["count"] / looked_at})
    return {"fields": found[:limit]}


def _heatmap(statistics: Statistics, question: Asked, columns: int, fineness: int) -> dict[str, Any]:
    begun_at = time.perf_counter()
    window = question.window
    step_s = window.step_s(columns)
    cells = statistics.heat(window, step_s, fineness, question.condition)
    heights = [cell["height"] for cell in cells]
    lowest, highest = (min(heights), max(heights)) if heights else (0, -1)
    return {
        **span_of_time(window, step_s),
        "columns": pieces_of(window, step_s),
        # Where each row begins; the last row ends where one more would begin.
        "row_starts_ns": [round(2 ** (height / fineness)) for height in range(lowest, highest + 2)] if heights else [],
        "cells": {
            "column": [cell["piece"] for cell in cells],
            "row": [cell["height"] - lowest for cell in cells],
            "count": [cell["count"] for cell in cells],
            "errors": [cell["errors"] for cell in cells],
        },
        "read_ns": int((time.perf_counter() - begun_at) * 1e9),
    }


def _prefix(request: Request) -> str:
    prefix = request.query_params.get("prefix", "")
    if len(prefix) > _PREFIX_LIMIT or "\0" in prefix:
        message = f"prefix is longer than {_PREFIX_LIMIT} characters, or holds NUL. Shorten or mend it."
        raise Refused(message, slug="parameter-too-long")
    return prefix
