"""Call chains as a request has them: a server's frames, the user's, a library's, and the span at the top.

Used by the benchmarks of the agent. The functions are compiled under the file names of real libraries and of a project
that does not exist, so that every tool under test takes them for what they stand for. Each call makes fresh frames: a
walk over frames that somebody looked at before is about three times as quick, and no request is like that.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PACKAGES = sysconfig.get_path("purelib")
PROJECT = "/srv/shop/app"

_LIBRARY = (
    "sqlalchemy/orm/query.py",
    "sqlalchemy/orm/session.py",
    "sqlalchemy/orm/context.py",
    "sqlalchemy/engine/base.py",
    "sqlalchemy/sql/elements.py",
    "sqlalchemy/engine/default.py",
    "sqlalchemy/engine/cursor.py",
    "wrapt/wrappers.py",
)
_WEB_SERVER = ("flask/app.py", "flask/app.py", "werkzeug/middleware/proxy_fix.py", "werkzeug/serving.py")
_TASK_RUNNER = ("click/core.py", "click/core.py", "click/decorators.py")

_BODY = """
def {name}(leaf, scale=2, *, tag="x"):
    total = scale * 3
    items = [total, scale]
    if total < 0:
        items.append(tag)
    first = total + 1
    second = first + total
    return call_next(leaf)
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """How many frames of whom, from the span outwards."""

    label: str
    library: int
    user: int
    outer: int
    server: bool = True
    """Whether the outer frames are a web framework's, which a walk may know, or just anybody's."""


SHAPES = (
    Shape("8 library, 2 user", 8, 2, 0),
    Shape("8 library, 3 user, 19 server", 8, 3, 19),
    Shape("8 library, 3 user, 19 other", 8, 3, 19, server=False),
    Shape("8 library, 22 user", 8, 22, 0),
    Shape("64 library, 3 user, 19 server", 64, 3, 19),
)


def chain(shape: Shape) -> Callable[[Callable[[], Any]], Any]:
    """A function that calls its argument through the frames of `shape`."""
    call = _compiled("def call(leaf):\n    return leaf()\n", f"{PACKAGES}/wrapt/wrappers.py", "call", {})
    for index in range(shape.library - 1):
        call = _link("library", index, f"{PACKAGES}/{_LIBRARY[index % len(_LIBRARY)]}", call)
    for index in range(shape.user):
        call = _link("user", index, f"{PROJECT}/part_{index % 12}.py", call)
    outer = _WEB_SERVER if shape.server else _TASK_RUNNER
    for index in range(shape.outer):
        call = _link("outer", index, f"{PACKAGES}/{outer[min(index, len(outer) - 1)]}", call)
    return call


def leaf(tracer: Any, kind: Any, seen: list[Any]) -> Callable[[], None]:
    """What an instrumentation does: start a span of `kind` with two attributes, and end it. Leaves it in `seen`."""
    source = (
        "def leaf():\n"
        "    with tracer.start_as_current_span('SELECT', kind=kind, attributes=attributes) as span:\n"
        "        seen[0] = span\n"
    )
    namespace = {"tracer": tracer, "kind": kind, "seen": seen, "attributes": {"db.system": "sqlite", "db.rows": 1}}
    return _compiled(source, f"{PACKAGES}/sqlalchemy/engine/strategies.py", "leaf", namespace)


def _link(kind: str, index: int, file: str, call_next: Any) -> Any:
    # Blank lines first: line numbers as in real files, which are not all in the first few.
    source = "\n" * (20 + index % 7) + _BODY.format(name=f"{kind}_{index}")
    return _compiled(source, file, f"{kind}_{index}", {"call_next": call_next})


def _compiled(source: str, file: str, name: str, namespace: dict[str, Any]) -> Any:
    namespace["__name__"] = file.rsplit("/", 1)[1].removesuffix(".py")
    exec(compile(source, file, "exec"), namespace)
    return namespace[name]
