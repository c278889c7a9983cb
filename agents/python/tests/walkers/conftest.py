"""Make this folder's helpers importable, and hand each test the walkers that this interpreter has."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

import pytest  # noqa: E402
from walkers_support import KINDS, Walked, missing_walker  # noqa: E402


@pytest.fixture(params=KINDS)
def kind(request):
    """Each form of walker in turn: the Python one, and those in C, asked by a processor or being its on_start."""
    reason = missing_walker(request.param)
    if reason:
        pytest.skip(reason)
    return request.param


@pytest.fixture
def walked(kind):
    """Makes the walker of this kind, by given rules, ready to be asked by real spans."""
    return lambda **rules: Walked(kind, **rules)
