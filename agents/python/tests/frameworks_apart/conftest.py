"""Make the samples of this folder importable as a user's modules are, and the helpers of other tests with them.

These tests run in an environment of their own (noxfile.py, session frameworks-apart).
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent

for folder in (HERE, HERE / "samples", HERE.parent / "entry", HERE.parent / "exit", HERE.parent / "samples"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import pytest  # noqa: E402
from entry_support import Capture  # noqa: E402
from exit_fixtures import agent, instrumented  # noqa: E402, F401


@pytest.fixture(scope="module")
def capture():
    """A tracer provider of its own with the agent on it, for one module of tests."""
    import spanorigin

    made = Capture()
    spanorigin.install(made.provider)
    yield made
    spanorigin.uninstall()
    made.provider.shutdown()


@pytest.fixture(autouse=True)
def _no_spans_of_an_earlier_test(request):
    if "capture" in request.fixturenames:
        request.getfixturevalue("capture").exporter.clear()
