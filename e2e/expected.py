"""Read examples/shop/expected.yaml and find its places in the shop's sources.

The table names files, functions and the text of lines; numbers come from the sources themselves, so that the tests hold
the running system against the code and not against somebody's typing.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parent.parent
SHOP = PROJECT / "examples" / "shop"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the shop: path within the project, line from 1, module and qualified name of its function."""

    path: str
    line: int
    function: str

    @property
    def text(self) -> str:
        return (PROJECT / self.path).read_text().splitlines()[self.line - 1]


Chain = tuple[Place, ...]
"""User frames of an outgoing call, innermost first."""


@dataclass(frozen=True, slots=True)
class ExpectedVisit:
    entry: Place | None
    exits: frozenset[Chain]


@dataclass(frozen=True, slots=True)
class Expected:
    visits: dict[str, ExpectedVisit]
    background: dict[str, frozenset[Chain]]

    def entries(self) -> frozenset[Place]:
        return frozenset(visit.entry for visit in self.visits.values() if visit.entry is not None)

    def exits(self) -> frozenset[Chain]:
        of_visits = (chain for visit in self.visits.values() for chain in visit.exits)
        return frozenset(of_visits) | {chain for chains in self.background.values() for chain in chains}


def read_expected() -> Expected:
    table = yaml.safe_load((SHOP / "expected.yaml").read_text())
    places = {name: find_place(**place) for name, place in table["places"].items()}

    def chains(of: list[list[str]]) -> frozenset[Chain]:
        return frozenset(tuple(places[name] for name in chain) for chain in of)

    return Expected(
        visits={
            name: ExpectedVisit(places[visit["entry"]] if visit["entry"] else None, chains(visit["exits"]))
            for name, visit in table["visits"].items()
        },
        background={service: chains(of) for service, of in table["background"].items()},
    )


def find_place(file: str, function: str, line: str | None = None) -> Place:
    """The place of `function` in a file of the shop: its `def`, or its one line that reads `line`."""
    source = (SHOP / file).read_text()
    definition = find_definition(ast.parse(source), function.removeprefix(module_of(file) + "."))
    if definition is None:
        raise LookupError(f"{file} defines no {function}")
    path = f"examples/shop/{file}"
    if line is None:
        return Place(path, definition.lineno, function)
    lines = source.splitlines()
    within = range(definition.lineno, (definition.end_lineno or 0) + 1)
    found = [number for number in within if lines[number - 1].strip() == line]
    if len(found) != 1:
        raise LookupError(f"{len(found)} lines of {function} in {file} read {line!r}, and one should")
    return Place(path, found[0], function)


def module_of(file: str) -> str:
    """Name of the module that a service's file is when the service runs; its first folder is the service."""
    parts = Path(file).with_suffix("").parts[1:]
    return "__main__" if parts == ("manage",) else ".".join(parts).removesuffix(".__init__")


@dataclass(frozen=True, slots=True)
class WholeModule:
    lineno: int
    end_lineno: int


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | WholeModule


def find_definition(module: ast.Module, qualified_name: str) -> Definition | None:
    """The function or class of that name; `<locals>` stands between a function and what it defines, as in Python."""
    if qualified_name == "<module>":
        return WholeModule(1, max(node.end_lineno or 0 for node in module.body))
    found: Definition | ast.Module = module
    for name in qualified_name.replace("<locals>.", "").split("."):
        inside = (node for node in ast.walk(found) if isinstance(node, Definition) and node is not found)  # type: ignore[arg-type]
        step = next((node for node in inside if getattr(node, "name", None) == name), None)
        if step is None:
            return None
        found = step
    return found  # type: ignore[return-value]
