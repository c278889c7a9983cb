"""Settings: the contract's rows, the code and the reference page agree, and a wrong value says so."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from spanorigin.model import SettingError
from spanorigin.settings import READERS, Settings, is_enabled

ROOT = Path(__file__).resolve().parents[4]
PACKAGE = ROOT / "agents/python/src/spanorigin"
ROWS = [
    row
    for row in yaml.safe_load((ROOT / "contract" / "settings.yaml").read_text())
    if row["building"] in ("agent", "run")
]


def test_the_contract_and_the_code_know_the_same_variables():
    in_code = [variable for variables, _ in READERS.values() for variable in variables]

    assert sorted(in_code) == sorted(row["variable"] for row in ROWS)
    assert set(READERS) == {field.name for field in fields(Settings)} - {"sources"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["variable"])
def test_a_row_has_the_codes_default_and_stands_on_the_reference_page(row):
    [name] = [name for name, (variables, _) in READERS.items() if row["variable"] in variables]
    default = getattr(Settings(), name)
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()

    assert default == (() if row["type"] == "list" else row["default"])
    assert f"`{row['variable']}`" in page


@pytest.mark.parametrize("row", [row for row in ROWS if "minimum" in row], ids=lambda row: row["variable"])
def test_counts_keep_to_the_bounds_of_the_contract(row):
    for value in (row["minimum"], row["maximum"]):
        Settings.from_environment({row["variable"]: str(value)})
    for value in (row["minimum"] - 1, row["maximum"] + 1, "deep", "1.5", "", " "):
        if str(value).strip():
            with pytest.raises(
                SettingError, match=rf"{row['variable']} is .*Give a whole number .*\[setting-not-a-count\]"
            ):
                Settings.from_environment({row["variable"]: str(value)})


@pytest.mark.parametrize(("text", "expected"), [("0", 0), ("0.25", 0.25), ("100", 100), (" 2 ", 2)])
def test_a_budget_is_a_percentage(text, expected):
    assert Settings.from_environment({"SPANORIGIN_BUDGET": text}).budget == expected


@pytest.mark.parametrize("text", ["-1", "100.1", "nan", "inf", "much", "1%"])
def test_what_is_no_percentage_says_so(text):
    with pytest.raises(SettingError, match=r"from 0 to 100.*\[setting-not-a-percentage\]"):
        Settings.from_environment({"SPANORIGIN_BUDGET": text})


def test_without_variables_everything_is_its_default_and_says_so():
    settings = Settings.from_environment({})

    assert settings == Settings()
    assert settings.source_of("max_frames") == "default"


def test_a_value_knows_the_variable_it_came_from():
    settings = Settings.from_environment({"SPANORIGIN_MAX_FRAMES": "3", "SPANORIGIN_INCLUDE": " a, ,b/* "})

    assert settings.max_frames == 3
    assert settings.include == ("a", "b/*")
    assert settings.source_of("max_frames") == "SPANORIGIN_MAX_FRAMES"
    assert Settings(max_frames=3).source_of("max_frames") == "code"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"SPANORIGIN_ENABLED": ""}, None),
        ({"SPANORIGIN_ENABLED": "TRUE"}, True),
        ({"SPANORIGIN_ENABLED": "0"}, False),
        ({"DD_CODE_ORIGIN_FOR_SPANS_ENABLED": "1"}, True),
        ({"DD_CODE_ORIGIN_FOR_SPANS_ENABLED": "false"}, False),
        ({"SPANORIGIN_ENABLED": "true", "DD_CODE_ORIGIN_FOR_SPANS_ENABLED": "false"}, True),
        ({"SPANORIGIN_ENABLED": "off", "DD_CODE_ORIGIN_FOR_SPANS_ENABLED": "true"}, False),
    ],
)
def test_our_switch_wins_over_datadogs(environ, expected):
    assert Settings.from_environment(environ).enabled is expected
    for default in (True, False):
        assert is_enabled(environ, default=default) is (default if expected is None else expected)


def test_a_switch_that_is_neither_on_nor_off_says_what_to_give():
    with pytest.raises(
        SettingError, match=r"SPANORIGIN_ENABLED is 'maybe'.*Give true or false.*\[switch-not-a-boolean\]"
    ):
        is_enabled({"SPANORIGIN_ENABLED": "maybe"}, default=True)


def test_a_source_root_has_to_exist_and_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()

    assert Settings.from_environment({"SPANORIGIN_SOURCE_ROOT": "src"}).source_root == str(tmp_path / "src")
    with pytest.raises(SettingError, match=r"no such folder.*\[source-root-not-a-folder\]"):
        Settings.from_environment({"SPANORIGIN_SOURCE_ROOT": "gone"})


def test_the_process_environment_is_read_where_none_is_given(monkeypatch):
    monkeypatch.setenv("SPANORIGIN_FRAME_GAP", "5")

    assert Settings.from_environment().frame_gap == 5


def test_nobody_else_in_the_agent_looks_at_the_environment():
    lookers = {file.name for file in PACKAGE.rglob("*.py") if re.search(r"\bos\.(environ|getenv)\b", code_of(file))}

    # A sitecustomize runs before there is a package to import.
    assert lookers <= {"settings.py", "sitecustomize.py"}


def test_every_slug_of_the_agent_has_its_heading():
    page = (ROOT / "docs" / "messages.md").read_text()
    headings = set(re.findall(r"^### `?([a-z0-9-]+)`?$", page, re.MULTILINE))
    slugs = {
        slug
        for file in PACKAGE.rglob("*.py")
        for slug in re.findall(r"(?:slug=|Refusal\(\s*)\"([a-z0-9-]+)\"", code_of(file))
    }

    assert len(slugs) > 10
    assert slugs - headings == set()


def code_of(file):
    """The text of a module without its docstrings, which may speak of anything."""
    return re.sub(r'"""[\s\S]*?"""', "", file.read_text())
