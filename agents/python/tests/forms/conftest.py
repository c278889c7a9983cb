"""Make the samples and the helpers of other tests importable, and name the walkers."""

import sys
from pathlib import Path

HERE = Path(__file__).parent

for folder in (HERE, HERE.parent / "exit", HERE.parent / "walkers", HERE.parent / "samples"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import pytest  # noqa: E402
from walkers_support import missing_walker  # noqa: E402


@pytest.fixture(params=["raw", "public", "python"])
def walker(request):
    reason = missing_walker(request.param)
    if reason:
        pytest.skip(reason)
    return request.param
