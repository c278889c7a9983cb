"""Each of the 42 cases has tests under its number, the table names where, and no walker is missing unnoticed."""

import re
from pathlib import Path

import pytest
from walkers_support import missing_walker

HERE = Path(__file__).parent
TABLE = Path(__file__).resolve().parents[4] / "docs" / "compliance.md"


def files_by_number():
    found = {}
    for file in sorted(HERE.glob("test_*.py")):
        for number in re.findall(r"^(?:async )?def test_case_(\d\d)_", file.read_text(), re.MULTILINE):
            found.setdefault(int(number), set()).add(f"cases/{file.name}")
    return found


def rows():
    """Number -> the files that the table's row names."""
    lines = [line for line in TABLE.read_text().splitlines() if re.match(r"\| \d+ \|", line)]
    return {int(line.split("|")[1]): line for line in lines}


@pytest.mark.parametrize("number", range(1, 43))
def test_a_case_has_tests_and_the_table_names_their_files(number):
    files = files_by_number()[number]

    named = set(re.findall(r"`([\w/]+\.py)`", rows()[number]))
    assert files <= named
    assert [name for name in named if not (HERE.parent / name).is_file()] == []


def test_there_is_no_other_number():
    assert set(files_by_number()) == set(rows()) == set(range(1, 43))


@pytest.mark.parametrize("kind", ["raw", "public", "python"])
def test_this_interpreter_has_a_walker_of_each_kind(kind):
    reason = missing_walker(kind)
    if reason:
        pytest.skip(reason)
