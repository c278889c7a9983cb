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
from work_fixtures import _no_spans_of_an_earlier_test, redis_port, work  # noqa: E402, F401


@pytest.fixture(scope="session")
def temporal_address():
    """A real server of Temporal's."""
    with running_temporal() as address:
        yield address
