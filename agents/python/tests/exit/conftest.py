"""Make the samples importable as a user's modules are, this folder's helpers with them, and an agent to test."""

import sys
from pathlib import Path

HERE = Path(__file__).parent

for folder in (HERE, HERE.parent / "samples"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import pytest  # noqa: E402
from exit_fixtures import agent, instrumented, library, shared_agent  # noqa: E402, F401
from exit_services import running_postgres, running_redis  # noqa: E402


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory):
    with running_redis(tmp_path_factory.mktemp("redis")) as port:
        yield port


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    with running_postgres(tmp_path_factory.mktemp("postgres")) as address:
        yield address
