"""Make the samples and the helpers of other tests importable, and an agent for each walker of this interpreter.

The 42 cases of a compliant implementation, by number; docs/compliance.md is their table. Run in the main environment,
and by noxfile.py on each other Python.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parent
_HELPERS = ("entry", "exit", "walkers", "samples", "frameworks_web/samples", "frameworks_work/samples")

for folder in (HERE, *(TESTS / name for name in _HELPERS)):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import pytest  # noqa: E402
from case_support import NOT_SAMPLES, WALKERS, Program  # noqa: E402
from exit_support import Agent, Library  # noqa: E402


@pytest.fixture(params=WALKERS)
def walker(request):
    """Each way to look at a stack that this interpreter has."""
    return request.param


@pytest.fixture
def agent(walker):
    """An agent with a provider of its own, for one test with each walker; nothing of its own may fail."""
    with Agent(walker=walker, exclude=NOT_SAMPLES) as made:
        yield made
        assert made.failures() == {}


@pytest.fixture
def library(agent):
    """Third-party code that makes one CLIENT span when it is called."""
    return Library(agent.provider)


@pytest.fixture
def program():
    """An agent with a provider of its own, where the walker plays no part; nothing of its own may fail."""
    with Program(exclude=NOT_SAMPLES) as made:
        yield made
        assert made.failures() == {}


@pytest.fixture
def not_samples():
    """Whose frames are nobody's, for tests that make an agent of their own."""
    return NOT_SAMPLES
