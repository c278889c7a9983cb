"""Fixtures of the exit tests, for this folder's conftest.py and for those of neighbours."""

import pytest
from exit_support import Agent, Library

# The one that this interpreter gets, which is in C where it could be compiled, and the one that all have.
WALKERS = ["auto", "python"]


@pytest.fixture(params=WALKERS)
def agent(request):
    """An agent with a provider of its own, for one test."""
    with Agent(walker=request.param) as made:
        yield made


@pytest.fixture(scope="module", params=WALKERS)
def shared_agent(request):
    """An agent with a provider of its own, for one module of tests."""
    with Agent(walker=request.param) as made:
        yield made


@pytest.fixture
def instrumented(agent):
    """Instrument a library for one test, or one engine of it."""
    done = []

    def instrument(instrumentor, **options):
        # The range of releases that an instrumentation declares lags behind; what counts here is its spans.
        instrumentor().instrument(tracer_provider=agent.provider, skip_dep_check=True, **options)
        done.append(instrumentor)

    yield instrument
    for instrumentor in done:
        instrumentor().uninstrument()


@pytest.fixture
def library(agent):
    """Third-party code that makes one CLIENT span when it is called."""
    return Library(agent.provider)
