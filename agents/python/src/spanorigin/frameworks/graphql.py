"""GraphQL by graphql-core, which Graphene, Strawberry and Ariadne run on: the resolver of the operation's first field.

`build_resolve_info` is called for each field right before its resolver. Fields below the first level are parts of an
answer, and are not looked at. A view of the user's that hands the query to the library was there first, and stays the
origin; the views that the libraries bring are nobody's.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.held import held
from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in_core(module: ModuleType, announcer: Announcer) -> None:
    # 3.2 calls the class that does it ExecutionContext; later it is the Executor, in a module of its own.
    for name in ("ExecutionContext", "Executor"):
        owner = vars(module).get(name)
        if owner is not None:
            announcer.replace(owner, "build_resolve_info", _hook(announcer))


def _put_in_strawberry(module: ModuleType, announcer: Announcer) -> None:
    # Beside graphql-core 3.3 it has a `build_resolve_info` of its own; beside 3.2 it inherits the one above.
    owner = vars(module).get("StrawberryGraphQLCoreExecutionContext")
    if owner is not None:
        announcer.replace(owner, "build_resolve_info", _hook(announcer))


def _hook(announcer: Announcer) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def build_resolve_info(self: Any, field_def: Any, field_nodes: Any, parent_type: Any, path: Any) -> Any:
            try:
                if path.prev is None:
                    resolver = _resolver(field_def)
                    if resolver is not None:
                        announcer.handler(resolver, None)
            except Exception as error:
                announcer.failed(error)
            return original(self, field_def, field_nodes, parent_type, path)

        return build_resolve_info

    return make


def _resolver(field: Any) -> object:
    """The user's resolver behind a field; None for one that takes its value from the object above it."""
    # Strawberry resolves by functions of its own, and leaves its field, with the user's resolver, on graphql-core's.
    made_from = (field.extensions or {}).get("strawberry-definition")
    if made_from is not None:
        return held(held(made_from, "_base_resolver"), "wrapped_func")
    return field.resolve


FRAMEWORK = Framework(
    "graphql",
    {
        "graphql.execution.execute": _put_in_core,
        "graphql.execution.executor": _put_in_core,
        "strawberry.schema.schema": _put_in_strawberry,
    },
    borders=("/graphql/execution/execute.py", "/graphql/execution/executor.py"),
)
