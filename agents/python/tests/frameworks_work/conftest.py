"""Make the samples importable as a user's modules are, the helpers of this folder and of its neighbours with them."""

import sys
from pathlib import Path

HERE = Path(__file__).parent

for folder in (HERE, HERE / "samples", HERE.parent / "entry", HERE.parent / "exit"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import pytest  # noqa: E402
from work_brokers import running_rabbitmq  # noqa: E402
from work_fixtures import _no_spans_of_an_earlier_test, redis_port, work  # noqa: E402, F401


@pytest.fixture(scope="session")
def rabbitmq_port(tmp_path_factory):
    """A real RabbitMQ on a free port. It takes seconds to start, so one file has all the tests that want it."""
    with running_rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as port:
        yield port
