"""A project's handlers, for the benchmarks of entries: files on disk as an application has them.

Used in our environment and in a peer's. Twenty modules of ten Flask views each, decorated, with bodies of some length,
are written to a temporary folder and imported from there.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MODULES = 20
PER_MODULE = 10

_HEAD = '''"""Orders, part {module}."""

import json

from flask import Blueprint

blueprint = Blueprint("part_{module}", __name__, url_prefix="/part/{module}")


def total(lines):
    """The sum of an order's lines."""
    return sum(line["price"] * line["count"] for line in lines)

'''
_VIEW = '''
@blueprint.get("/order/{number}")
def order_{number}():
    """Show one order, with its lines and their total."""
    lines = [{{"price": 3, "count": {number}}}, {{"price": 5, "count": 1}}]
    found = {{"number": {number}, "lines": lines}}
    if not found:
        return "none", 404
    try:
        found["total"] = total(lines)
    except (KeyError, TypeError) as error:
        return json.dumps({{"error": str(error)}}), 500
    # Written out by hand, as the older clients want it.
    return json.dumps(found)

'''


@contextmanager
def project() -> Iterator[list[Any]]:
    """The modules, imported for the first time; each has a `blueprint`. They are forgotten and removed afterwards."""
    names = [f"shop_part_{module}" for module in range(MODULES)]
    with tempfile.TemporaryDirectory(prefix="shop-") as folder:
        for module, name in enumerate(names):
            views = "".join(_VIEW.format(number=number) for number in range(PER_MODULE))
            Path(folder, f"{name}.py").write_text(_HEAD.format(module=module) + views, encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            yield [importlib.import_module(name) for name in names]
        finally:
            sys.path.remove(folder)
            for name in names:
                sys.modules.pop(name, None)


def views(modules: list[Any]) -> list[Callable[[], Any]]:
    """All handlers, in turns between the files, as requests meet them."""
    return [getattr(module, f"order_{number}") for number in range(PER_MODULE) for module in modules]


def environ(path: str) -> dict[str, Any]:
    """A WSGI request."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": None,
        "wsgi.errors": None,
    }


def request(app: Any, path: str) -> Callable[[], None]:
    """One whole request to `path`, as a WSGI server makes it."""
    asked = environ(path)

    def call() -> None:
        answer = app(dict(asked), _start_response)
        b"".join(answer)
        answer.close()

    return call


def _start_response(*_: Any) -> None:
    pass
