"""Make the samples of this folder importable as a user's modules are, and the helpers of other tests with them.

These tests run in an environment of their own (noxfile.py, session frameworks-apart).
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent

NEIGHBOURS = ("entry", "exit", "samples", "frameworks_web", "frameworks_work")
SAMPLES = ("frameworks_web", "frameworks_work")

for folder in (
    HERE,
    HERE / "samples",
    *(HERE.parent / name for name in NEIGHBOURS),
    *(HERE.parent / name / "samples" for name in SAMPLES),
):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import pytest  # noqa: E402
from apart_support import running_temporal  # noqa: E402
from exit_fixtures import agent, instrumented  # noqa: E402, F401
from exit_services import running_redis  # noqa: E402
from work_support import Work  # noqa: E402


@pytest.fixture(scope="module")
def capture():
    """A tracer provider of its own with the agent on it, for one module of tests."""
    import spanorigin

    made = Work()
    spanorigin.install(made.provider)
    yield made
    spanorigin.uninstall()
    made.provider.shutdown()


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory):
    """A real Redis on a free port."""
    with running_redis(tmp_path_factory.mktemp("redis")) as port:
        yield port


@pytest.fixture(scope="session")
def temporal_address():
    """A real server of Temporal's."""
    with running_temporal() as address:
        yield address


@pytest.fixture(autouse=True)
def _no_spans_of_an_earlier_test(request):
    if "capture" in request.fixturenames:
        request.getfixturevalue("capture").exporter.clear()
