"""Hostile questions: search texts, and parameters and bodies at every route of the contract."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from spanorigin_tests.shapes import DOCUMENT, problems_of, resolved

from . import interesting, trees
from .doors import Doors, Example, Outcome

_PAGE = Path(__file__).parents[3] / "docs/search.md"
_KEYS = ("service", "env", "version", "commit", "name", "resource", "kind", "status", "http_status", "origin", "file")
_MORE_KEYS = (
    "fn",
    "line",
    "scope",
    "has",
    "duration",
    "trace",
    "span",
    "@http.route",
    "@a.b",
    "@",
    "host.name",
    "*",
    "",
)
_WORDS = (
    "shop",
    "error",
    "entry",
    "app/views.py:42",
    "4*",
    "*",
    "?",
    ">5",
    "[1 TO 5]",
    "{1 TO *]",
    ">=1.5s",
    "1e9",
    "-3",
)
_SIGNS = (
    "(",
    ")",
    "AND",
    "OR",
    "NOT",
    "-",
    "!",
    '"',
    "\\",
    ":",
    "::",
    " ",
    "  ",
    "\t",
    "\n",
    "\0",
    "TO",
    "[",
    "]",
    "{",
)
_SEARCHES = (
    "/api/v1/spans",
    "/api/v1/query",
    "/api/v1/aggregate",
    "/api/v1/facets",
    "/api/v1/origins",
    "/api/v1/heatmap",
)

_ALLOWED = {200, 201, 204, 307, 400, 404, 405, 408, 409, 413, 429, 431}


class QueryText:
    """Texts of the search language: those of its page, spoiled; its words in any order; anything at all."""

    name = "query-text"

    def __init__(self) -> None:
        self._examples = re.findall(r"`([^`\n]{3,80})`", _PAGE.read_text())

    def example(self, chance: random.Random) -> Example:
        parameters = {"q": self.text(chance)}
        path = chance.choice(_SEARCHES)
        if path == "/api/v1/aggregate":
            parameters["by"] = "service"
        return Example(f"{path}?{urlencode(parameters, errors='surrogatepass')}", method="GET")

    def text(self, chance: random.Random) -> str:
        match chance.randrange(6):
            case 0:
                return interesting.text(chance)
            case 1:
                return chance.choice(("(", "-(", "NOT ", "a OR (", "a:(")) * chance.choice((1, 20, 300, 4000))
            case 2:
                return " OR ".join([self._term(chance)] * chance.choice((2, 50, 700)))
            case 3:
                given = chance.choice(self._examples)
                return trees.bytes_spoiled(given.encode(), chance).decode(errors="replace")
            case _:
                return " ".join(self._term(chance) for _ in range(chance.randrange(1, 7)))

    def _term(self, chance: random.Random) -> str:
        key = chance.choice(_KEYS + _MORE_KEYS)
        value = chance.choice(_WORDS) if chance.random() < 0.7 else interesting.text(chance)[:200]
        term = f"{key}:{value}" if chance.random() < 0.7 else value
        if chance.random() < 0.3:
            at = chance.randrange(len(term) + 1)
            term = term[:at] + chance.choice(_SIGNS) + term[at:]
        return term

    def outcome(self, doors: Doors, example: Example) -> Outcome:
        return doors.over_http(example)

    def complaint(self, example: Example, outcome: Outcome) -> str | None:
        return unlike_the_contract(example, outcome, allowed={200, 400, 431})

    def stored(self, example: Example, outcome: Outcome) -> int | None:
        return 0


class Parameters(QueryText):
    """Every route of the contract with parameters and bodies that it allows, and with ones that it does not."""

    name = "api-parameters"

    # Ends only when the reader goes; writes everything there is; are tried by tests of their own.
    _APART = ("/api/v1/live", "/api/v1/backup")

    def __init__(self) -> None:
        super().__init__()
        self._routes = [
            (path, method, described)
            for path, methods in DOCUMENT["paths"].items()
            for method, described in methods.items()
            if method != "parameters" and path not in self._APART
        ]

    def example(self, chance: random.Random) -> Example:
        path, method, described = chance.choice(self._routes)
        shared = DOCUMENT["paths"][path].get("parameters", [])
        parameters = [resolved(each) for each in [*shared, *described.get("parameters", [])]]
        asked: list[tuple[str, str]] = []
        for parameter in parameters:
            if parameter["in"] == "path":
                value = self._value(parameter, chance)
                path = path.replace(f"{{{parameter['name']}}}", quote(value, safe="", errors="surrogatepass"))
            elif (parameter.get("required") and chance.random() < 0.95) or chance.random() < 0.5:
                asked += [(parameter["name"], self._value(parameter, chance))] * chance.choice((1, 1, 1, 1, 1, 2))
        if chance.random() < 0.05:
            asked.append((interesting.text(chance)[:50], interesting.text(chance)))
        if chance.random() < 0.03:
            method = chance.choice(("get", "post", "put", "delete", "patch", "head", "options", "trace", "x"))
        address = f"{path}?{urlencode(asked, errors='surrogatepass')}" if asked else path
        body, headers = b"", {}
        if "requestBody" in described:
            headers = {"content-type": "application/json"}
            body = trees.json_text(trees.spoiled(self._body(path, chance), chance, trees.json_scalar), chance)
        return Example(address, body, headers, method.upper())

    def _body(self, path: str, chance: random.Random) -> Any:
        if path.endswith("/deletions"):
            return {"trace_ids": [chance.randbytes(16).hex()], "is_rehearsal": chance.random() < 0.5}
        return {
            "name": interesting.text(chance)[:30],
            "address": f"/explore?{urlencode({'q': self.text(chance)[:100]}, errors='replace')}",
        }

    def _value(self, parameter: dict[str, Any], chance: random.Random) -> str:
        schema = resolved(parameter["schema"])
        name = parameter["name"]
        roll = chance.random()
        if roll < 0.15:
            return interesting.text(chance)
        if roll < 0.25:
            return str(interesting.whole(chance))
        if name in ("q", "where", "baseline_where", "selection"):
            return self.text(chance)
        if name.endswith(("from", "to", "before")):
            return str(time.time_ns() - chance.choice((0, 10**9, 10**12, 10**18, -(10**12))))
        if "enum" in schema:
            return chance.choice(schema["enum"])
        if schema["type"] == "integer":
            return str(chance.choice((schema["minimum"], schema["maximum"], chance.randrange(0, 100))))
        if "pattern" in schema and "0-9a-f" in schema["pattern"]:
            return chance.randbytes(16 if "32" in schema["pattern"] else 8).hex()
        return chance.choice(
            ("service", "service,status", "@a.b", "app", "app/views.py", "shop", "fn,line", "host.name")
        )

    def complaint(self, example: Example, outcome: Outcome) -> str | None:
        return unlike_the_contract(example, outcome, allowed=_ALLOWED)


def unlike_the_contract(example: Example, outcome: Outcome, allowed: set[int]) -> str | None:
    """What is wrong with an answer of the API: its status, or its shape."""
    if outcome.status == 503 and b'"search-too-slow"' in outcome.body:
        return None
    if outcome.status not in allowed:
        return f"answered {outcome.status}: {outcome.body[:300]!r}"
    # A head that is too large or too late is refused before anybody knows for which route.
    if (
        outcome.status in (408, 431)
        or outcome.content_type != "application/json"
        or example.method not in ("GET", "POST", "PUT", "DELETE")
    ):
        return None
    path, method = example.path.partition("?")[0], example.method.lower()
    # It is decoded before a route is looked for, and most have one part of the path for a parameter.
    if outcome.status == 404 and "%2F" in path:
        return None
    problems = problems_of(path, outcome.status, json.loads(outcome.body), method)
    return f"is not of the contract's shape: {problems[:3]}" if problems else None
