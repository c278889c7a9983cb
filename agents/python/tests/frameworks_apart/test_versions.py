"""Why this environment is one of its own: it has the versions that its list pins, whatever the others are held to."""

from importlib.metadata import version
from pathlib import Path

import pytest

LIST = Path(__file__).parent / "requirements.txt"
PINS = [line.partition("#")[0].strip() for line in LIST.read_text().splitlines() if "==" in line.partition("#")[0]]


@pytest.mark.parametrize("pin", PINS)
def test_a_pin_of_the_list_is_what_is_installed(pin):
    name, _, pinned = pin.partition("==")

    assert version(name.partition("[")[0]) == pinned.strip()
