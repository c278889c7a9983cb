"""Fixtures that this folder and frameworks_apart share; each conftest.py imports what it needs."""

import pytest
from exit_services import running_redis
from work_support import Work


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


@pytest.fixture(autouse=True)
def _no_spans_of_an_earlier_test(request):
    if "work" in request.fixturenames:
        request.getfixturevalue("work").exporter.clear()
