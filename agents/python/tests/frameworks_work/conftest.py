"""Make the samples importable as a user's modules are, the helpers of this folder and of its neighbours with them."""

import sys
from pathlib import Path

HERE = Path(__file__).parent

for folder in (HERE, HERE / "samples", HERE.parent / "entry", HERE.parent / "exit"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import pytest  # noqa: E402
from exit_services import running_redis  # noqa: E402
from work_brokers import running_rabbitmq  # noqa: E402
from work_support import Work  # noqa: E402


@pytest.fixture(scope="module")
def work():
    """A tracer provider of its own with the agent on it, for one module of tests."""
    import spanorigin

    made = Work()
    spanorigin.install(made.provider)
    yield made
    spanorigin.uninstall()
    made.provider.shutdown()


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory):
    """A real Redis on a free port, for all brokers that keep their queues there."""
    with running_redis(tmp_path_factory.mktemp("redis")) as port:
        yield port


@pytest.fixture(scope="session")
def rabbitmq_port(tmp_path_factory):
    """A real RabbitMQ on a free port. It takes seconds to start, so one file has all the tests that want it."""
    with running_rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as port:
        yield port


@pytest.fixture(autouse=True)
def _no_spans_of_an_earlier_test(request):
    if "work" in request.fixturenames:
        request.getfixturevalue("work").exporter.clear()
