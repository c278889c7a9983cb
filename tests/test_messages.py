"""docs/messages.md has every message of the product, by its slug, and none that nothing says any more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("agents/python/src", "server/src", "tools/src")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
# At the end of a message that is printed rather than raised.
SAID = re.compile(rf"\[({SLUG.pattern})\]$")


def nodes() -> Iterator[ast.AST]:
    for folder in PRODUCT:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from ast.walk(ast.parse(path.read_text()))


NODES = list(nodes())
HEADINGS = re.findall(r"^### `?([^`\n]+)`?$", (ROOT / "docs/messages.md").read_text(), re.MULTILINE)


def places_of_slugs() -> dict[str, int]:
    """Functions and classes that take a slug by position, and at which."""
    places: dict[str, int] = {}
    for node in NODES:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]
            name = node.name
        elif isinstance(node, ast.ClassDef):
            fields = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
            names = [field.id for field in fields if isinstance(field, ast.Name)]
            name = node.name
        else:
            continue
        if "slug" in names:
            places[name] = names.index("slug")
    return places


def said() -> set[str]:
    """The slugs that stand in the product where one belongs."""
    places, found = places_of_slugs(), set()
    for node in NODES:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (ended := SAID.search(node.value)):
            found.add(ended[1])
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [keyword.value for keyword in node.keywords if keyword.arg == "slug"]
        place = places.get(name)
        if place is not None and place < len(node.args):
            given.append(node.args[place])
        for value in given:
            branches = (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)
            found |= {each.value for each in branches if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return {slug for slug in found if SLUG.fullmatch(slug)}


def sayable() -> set[str]:
    """Every text of the product that could be a slug, those put together of two pieces among them."""
    texts = {node.value for node in NODES if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    texts |= {found for text in texts for found in re.findall(rf"\[({SLUG.pattern})\]", text)}
    ends = {
        node.values[-1].value
        for node in NODES
        if isinstance(node, ast.JoinedStr)
        and len(node.values) == 2
        and isinstance(node.values[0], ast.FormattedValue)
        and isinstance(node.values[-1], ast.Constant)
    }
    return texts | {text + end for text in texts if len(text) < 40 for end in ends}


def test_every_slug_in_the_product_has_its_heading():
    used = said()

    assert len(used) > 150
    assert sorted(used - set(HEADINGS)) == []


def test_every_heading_is_the_slug_of_a_message():
    assert sorted(set(HEADINGS) - sayable()) == []


def test_no_slug_is_explained_twice():
    assert sorted(slug for slug in set(HEADINGS) if HEADINGS.count(slug) > 1) == []
