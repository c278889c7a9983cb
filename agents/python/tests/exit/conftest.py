"""Make the samples importable as a user's modules are, this folder's helpers with them, and an agent to test."""

import sys
from pathlib import Path

HERE = Path(__file__).parent

for folder in (HERE, HERE.parent / "samples"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import pytest  # noqa: E402
from exit_services import running_postgres, running_redis  # noqa: E402
from exit_support import Agent, Library  # noqa: E402

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
def library(agent):
    """Third-party code that makes one CLIENT span when it is called."""
    return Library(agent.provider)


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


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory):
    with running_redis(tmp_path_factory.mktemp("redis")) as port:
        yield port


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    with running_postgres(tmp_path_factory.mktemp("postgres")) as address:
        yield address
