"""The contract is the ground: what is generated from it is fresh, and the house keeps its arrows."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("agents/python/src", "server/src", "tools/src")


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "contract/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def product_files() -> list[Path]:
    return sorted(path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py"))


def test_every_generated_file_is_what_the_contract_says():
    assert generator().stale_files() == []


def test_the_environment_is_read_in_settings_and_commands_only():
    allowed = {"settings.py", "command.py", "autoload.py", "sitecustomize.py"}

    readers = [
        path.relative_to(ROOT).as_posix()
        for path in product_files()
        if path.name not in allowed and re.search(r"os\.(environ|getenv)", path.read_text())
    ]

    assert readers == []


@pytest.mark.parametrize("building", ["agents/python/src/spanorigin", "server/src/spanorigin_server"])
def test_attribute_names_are_written_in_the_names_table_only(building):
    rows = yaml.safe_load((ROOT / "contract/attributes.yaml").read_text())
    # A name without a dot, as labels of metrics are, is a word that means other things too.
    names = {row["name"] for row in rows if "." in row["name"]}
    # The server's SQL and the query language's aliases name attributes as data, which no table of Python can serve.
    quoted = re.compile("|".join(re.escape(f'"{name}"') for name in sorted(names)))

    offenders = [
        f"{path.relative_to(ROOT).as_posix()}: {found.group()}"
        for path in sorted((ROOT / building).rglob("*.py"))
        if path.name != "names.py"
        for found in [quoted.search(path.read_text())]
        if found
    ]

    assert offenders == []
