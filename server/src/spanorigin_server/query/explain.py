"""The routes that explain: what sets some spans apart from the rest, and how a search was understood.

As contract/query-api.yaml describes them; mounted by `app`.

The score of a value is the share of selected spans that have it less the share of the others that have it: 1 when all
selected spans and no other do, 0 when it says nothing. Named are values of 0.01 and three standard errors at least.
"""

from __future__ import annotations

import math
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server import names
from spanorigin_server.answers import Refused, answering, check_parameters, json_answer, whole_number
from spanorigin_server.store.asking import Condition, Row, Window
from spanorigin_server.store.statistics import Statistics
from spanorigin_server.workers import Workers

from .asked import Asked, Now, asked, condition_of, time_range
from .dimensions import CURATED, expression_of
from .scanner import Misread
from .syntax import parsed
from .tree import And, Everything, Exists, Match, Node, Not, Or, Pattern, Range, Text, printed

# Spans of either side whose attributes are looked at: enough for a difference of one in a hundred, and 60 ms.
_SAMPLE = 20_000
# Spans that the store reads together (its granule). One has few services and files (decision 0155), so some are read.
_STRETCH = 8192
_STRETCHES_LEAST = 64
_FEWEST = 5
_SURE = 3.0
# Of thousands of values some are three standard errors off by chance; a difference so small helps nobody anyway.
_LEAST_SCORE = 0.01
_VALUES_TO_A_FIELD = 5
# Attributes that a field has folded in: said once is enough.
_SAID_BY_A_FIELD = frozenset(
    {
        "service.name", names.SERVICE_VERSION, "deployment.environment", "deployment.environment.name",
        names.VCS_REVISION, names.VCS_REPOSITORY_URL,
        "@http.response.status_code", "@http.status_code",
        *(f"@{name}" for name in (
            names.ORIGIN_TYPE, names.ORIGIN_FRAMES, names.CODE_FILE_PATH, names.CODE_LINE_NUMBER,
            names.CODE_FUNCTION_NAME, names.DATADOG_TYPE,
        )),
    }
)  # fmt: skip
_PAIRS_MOST = 2000


def routes(statistics: Statistics, workers: Workers, now_ns: Now = time.time_ns) -> list[Route]:
    """The routes under /api/v1 that explain."""

    async def explain(request: Request) -> Response:
        question = asked(request, ("selection", "selection_from", "selection_to", "limit"), now_ns)
        text = request.query_params.get("selection")
        has_time = any(request.query_params.get(name) for name in ("selection_from", "selection_to"))
        if not (text or "").strip() and not has_time:
            message = "selection is missing. Give the search for the spans to be explained, such as duration:>1s."
            raise Refused(message, slug="parameter-missing")
        selection = condition_of(text or "", question.binder, "selection")
        if has_time:
            selection = selection.also(Window.around(*time_range(request, now_ns, "selection_")).sql())
        limit = whole_number(request, "limit", default=20, low=1, high=100)
        return await workers.run_long(lambda: json_answer(_explained(statistics, question, selection, limit)))

    async def query(request: Request) -> Response:
        check_parameters(request, ("q",))
        text = request.query_params.get("q", "")
        condition = condition_of(text)
        tree = parsed(text)
        assert not isinstance(tree, Misread)
        parameters = [{"name": name, "value": _shown(value)} for name, value in condition.parameters.items()]
        answer = {"printed": printed(tree), "tree": _drawn(tree), "sql": condition.sql, "parameters": parameters}
        return json_answer(answer)

    return [
        Route("/api/v1/explain", answering(explain), methods=["GET"]),
        Route("/api/v1/query", answering(query), methods=["GET"]),
    ]


def _explained(statistics: Statistics, question: Asked, selection: Condition, limit: int) -> dict[str, Any]:
    begun_at = time.perf_counter()
    window = question.window
    spans, selected = statistics.counts(window, question.condition, selection)
    others = spans - selected
    answer: dict[str, Any] = {"selected": selected, "others": others, "fields": [], "read_ns": 0}
    if selected and others:
        # Attributes are most of what is read, so whole stretches of the store are left out as far as both sides allow.
        condition = question.condition
        if (one_of := min(min(selected, others) // _SAMPLE, spans // (_STRETCH * _STRETCHES_LEAST))) > 1:
            some = condition.also(f"cityHash64(intDiv(_part_offset, {_STRETCH})) % {one_of} = 0")
            spans_of_some, selected_of_some = statistics.counts(window, some, selection)
            # None of either is left only where there are few stretches.
            if 0 < selected_of_some < spans_of_some:
                condition, selected, others = some, selected_of_some, spans_of_some - selected_of_some
        one_in = (max(1, -(-selected // _SAMPLE)), max(1, -(-others // _SAMPLE)))
        sizes = (max(1.0, selected / one_in[0]), max(1.0, others / one_in[1]))
        rows = statistics.shares(
            {name: expression_of(name) for name in (*CURATED, "line", "commit", "resource")},
            window,
            condition,
            selection,
            one_in,
            sizes,
            min_count=min(_FEWEST, selected),
            limit=_PAIRS_MOST,
        )
        answer["fields"] = _ranked(rows, sizes, limit)
    answer["read_ns"] = int((time.perf_counter() - begun_at) * 1e9)
    return answer


def _ranked(rows: list[Row], sizes: tuple[float, float], limit: int) -> list[dict[str, Any]]:
    """Fields by the score of their best value, each with its best values."""
    fields: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["value"] == "" or row["name"] in _SAID_BY_A_FIELD:
            continue
        share, share_of_others = min(1.0, row["selected"] / sizes[0]), min(1.0, row["others"] / sizes[1])
        score = share - share_of_others
        # One span more with and one without, so that a handful does not look certain.
        pooled = (row["selected"] + row["others"] + 1) / (sizes[0] + sizes[1] + 2)
        error = math.sqrt(pooled * max(1e-9, 1 - pooled) * (1 / sizes[0] + 1 / sizes[1]))
        if score < max(_LEAST_SCORE, _SURE * error):
            continue
        values = fields.setdefault(row["name"], [])
        if len(values) < _VALUES_TO_A_FIELD:
            values.append({"value": row["value"], "share": share, "share_of_others": share_of_others, "score": score})
    ranked = sorted(fields.items(), key=lambda field: (-field[1][0]["score"], field[0]))
    return [{"field": name, "score": values[0]["score"], "values": values} for name, values in ranked[:limit]]


def _shown(value: object) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)


def _drawn(node: Node) -> dict[str, Any]:
    """The tree as JSON: `kind`, and what that kind has."""
    match node:
        case Everything():
            return {"kind": "everything"}
        case Text(pattern):
            return {"kind": "text", "value": printed(Text(pattern))}
        case Match(key, value):
            drawn = {"kind": "match", "key": f"@{key}" if node.is_attribute else key, "offset": node.offset}
            return drawn | {"value": _value(node), "relation": _relation(value)}
        case Not(inner):
            return {"kind": "not", "parts": [_drawn(inner)]}
        case And(parts):
            return {"kind": "and", "parts": [_drawn(part) for part in parts]}
        case Or(parts):
            return {"kind": "or", "parts": [_drawn(part) for part in parts]}


def _value(match: Match) -> str:
    """The value as it would be written behind the key."""
    return printed(Match("k", match.value)).removeprefix("k:")


def _relation(value: Pattern | Exists | Range) -> str:
    match value:
        case Exists():
            return "exists"
        case Range():
            return "range"
        case Pattern():
            return "like" if value.literal is None else "is"
