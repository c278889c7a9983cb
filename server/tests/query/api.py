"""Ask the API as a reader does, over HTTP without a socket, and hold every answer against the contract."""

from __future__ import annotations

import asyncio
import json
import re
from importlib.resources import files
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from starlette.applications import Starlette
from starlette.routing import Route

DOCUMENT = json.loads((files("spanorigin_server") / "openapi.json").read_text())


class Client:
    """Asks an application over HTTP, without a socket."""

    def __init__(self, routes: list[Route]) -> None:
        self._transport = httpx.ASGITransport(Starlette(routes=routes))

    def get(self, path: str, params: dict[str, str] | None = None) -> httpx.Response:
        return self.send("GET", path, params=params)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://server") as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())


class Api:
    """A client that holds every answer against the contract."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, address: str, status: int = 200, /, **parameters: object) -> dict[str, Any]:
        answer = self.client.get(address, params={name.rstrip("_"): str(value) for name, value in parameters.items()})
        assert answer.status_code == status, answer.text
        check_shape(address, status, answer.json())
        return answer.json()

    def send(self, method: str, address: str, status: int, body: object = None) -> dict[str, Any]:
        answer = self.client.send(method, address, json=body)
        assert answer.status_code == status, answer.text
        if status == 204:
            return {}
        check_shape(address, status, answer.json(), method.lower())
        return answer.json()

    def refusal(self, address: str, status: int, /, **parameters: object) -> dict[str, Any]:
        return self.get(address, status, **parameters)["error"]


def check_shape(path: str, status: int, answer: object, method: str = "get") -> None:
    for template, methods in DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            response = methods[method]["responses"][str(status)]
            if "$ref" in response:
                response = DOCUMENT["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
            schema = response["content"]["application/json"]["schema"]
            validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
            problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]
            assert not problems, problems
            check_no_more(schema, answer)
            return
    raise AssertionError(f"{path} is not in the contract")


def check_no_more(schema: dict[str, Any], answer: object) -> None:
    """What is answered and not described is a mistake too."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if isinstance(answer, dict) and "properties" in schema:
        assert set(answer) <= set(schema["properties"]), set(answer) - set(schema["properties"])
        for name, value in answer.items():
            check_no_more(schema["properties"][name], value)
    elif isinstance(answer, list) and isinstance(schema.get("items"), dict):
        for item in answer:
            check_no_more(schema["items"], item)
    elif "oneOf" in schema and answer is not None:
        check_no_more(schema["oneOf"][0], answer)
