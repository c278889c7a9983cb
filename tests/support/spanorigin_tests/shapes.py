"""Hold answers of the API against the contract: openapi.json, as the server serves it."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

DOCUMENT: dict[str, Any] = json.loads((files("spanorigin_server") / "openapi.json").read_text())


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    """What a reference refers to; anything else as it is."""
    while "$ref" in value:
        found: Any = DOCUMENT
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def check_shape(path: str, status: int, answer: object, method: str = "get") -> None:
    problems = problems_of(path, status, answer, method)
    assert not problems, problems


def problems_of(path: str, status: int, answer: object, method: str = "get") -> list[str]:
    """What of an answer is not as the contract has it: what is wrong, and what is there and not described."""
    for template, methods in DOCUMENT["paths"].items():
        if not re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            continue
        if method not in methods:
            return [] if status == 405 else [f"{method} {path} is not in the contract"]
        if str(status) not in methods[method]["responses"]:
            return [f"{method} {path} is not said to answer {status}"]
        return _problems(template, method, str(status), answer)
    return [] if status == 404 else [f"{path} is not in the contract"]


def _problems(template: str, method: str, status: str, answer: object) -> list[str]:
    schema, validator = _schema(template, method, status)
    problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]
    return problems or _not_described(schema, answer)


@cache
def _schema(template: str, method: str, status: str) -> tuple[dict[str, Any], Any]:
    response = resolved(DOCUMENT["paths"][template][method]["responses"][status])
    schema = response["content"]["application/json"]["schema"]
    return schema, Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def _not_described(schema: dict[str, Any], answer: object) -> list[str]:
    schema = resolved(schema)
    if isinstance(answer, dict) and "properties" in schema:
        described = schema["properties"]
        return [f"{name} is not described" for name in answer if name not in described] + [
            problem
            for name, value in answer.items()
            if name in described
            for problem in _not_described(described[name], value)
        ]
    if isinstance(answer, list) and isinstance(schema.get("items"), dict):
        return [problem for item in answer for problem in _not_described(schema["items"], item)]
    if "oneOf" in schema and answer is not None:
        return _not_described(schema["oneOf"][0], answer)
    return []
