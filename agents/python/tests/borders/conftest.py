"""Make the samples and the helpers of the exit tests importable, and an agent for each walker."""

import sys
from pathlib import Path

HERE = Path(__file__).parent

for folder in (HERE, HERE.parent / "exit", HERE.parent / "walkers", HERE.parent / "samples"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import pytest  # noqa: E402
from exit_support import Agent, Library  # noqa: E402
from walkers_support import missing_walker  # noqa: E402


@pytest.fixture(params=["raw", "public", "python"])
def walker(request):
    reason = missing_walker(request.param)
    if reason:
        pytest.skip(reason)
    return request.param


@pytest.fixture
def agent(walker):
    """An agent with a provider of its own, for one test."""
    with Agent(walker=walker, exclude=(f"{HERE}/*", f"{HERE.parent}/exit/*")) as made:
        yield made
        assert made.failures() == {}


@pytest.fixture
def library(agent):
    """Third-party code that makes one CLIENT span when it is called."""
    return Library(agent.provider)
