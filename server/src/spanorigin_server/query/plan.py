"""Make a search tree a condition for the store: SQL text of our own making, and every word of the user's a parameter.

Called by `endpoint` with what `syntax` read; `fields` has the keys. A negation is plain logic: `-@k:v` also finds the
spans that have no `k`.
"""

from __future__ import annotations

from spanorigin_server.store.reader import Condition

from .fields import condition_for
from .scanner import Misread, MisreadError
from .terms import ALWAYS, Binder, any_of, text_contains
from .tree import And, Everything, Match, Node, Not, Or, Pattern, Text, Wildcard

# What a person reads of a span in a list, and the words it failed with.
_READ_COLUMNS = ("name", "resource_name", "status_message", "origin_function", "origin_path")


def planned(tree: Node, binder: Binder | None = None) -> Condition | Misread:
    """The condition under which the store has what the tree asks for, or why it can mean nothing. Raises nothing.

    Conditions that meet in one statement share a `binder`, so that none takes another's parameters.
    """
    binder = Binder() if binder is None else binder
    try:
        sql = _condition(binder, tree)
    except MisreadError as error:
        return error.misread
    return Condition(sql, binder.parameters)


def _condition(binder: Binder, node: Node) -> str:
    match node:
        case Everything():
            return ALWAYS
        case Text(pattern):
            return _free_text(binder, pattern)
        case Match():
            return condition_for(binder, node)
        case Not(inner):
            return f"(NOT {_condition(binder, inner)})"
        case And(parts):
            return "(" + " AND ".join(_condition(binder, part) for part in parts) + ")"
        case Or(parts):
            return "(" + " OR ".join(_condition(binder, part) for part in parts) + ")"


def _free_text(binder: Binder, pattern: Pattern) -> str:
    if pattern.parts in ((), (Wildcard.ANY,)):
        return ALWAYS
    columns = [text_contains(binder, f"spans.{column}", pattern) for column in _READ_COLUMNS]
    message = text_contains(binder, "event['exception.message']", pattern)
    return any_of(*columns, f"arrayExists(event -> {message}, spans.events_attrs)")
