"""What the tests of the export path share: the path itself, and receivers that speak the real protocols."""

import sys
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

from export_support import GrpcReceiver, HttpReceiver, Merging  # noqa: E402


@pytest.fixture
def merging():
    """The export path, installed into the exporters of this process."""
    made = Merging()
    yield made
    made.path.uninstall()


@pytest.fixture
def http_receiver():
    with HttpReceiver() as receiver:
        yield receiver


@pytest.fixture
def grpc_receiver():
    with GrpcReceiver() as receiver:
        yield receiver
