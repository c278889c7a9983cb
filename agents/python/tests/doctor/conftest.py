"""Make the samples importable as a user's modules are; processes to ask, whose doors lie in a folder of the test's."""

import sys
from pathlib import Path

HERE = Path(__file__).parent

for folder in (HERE, HERE.parent / "samples", HERE.parent / "entry"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import pytest  # noqa: E402
from doctor_support import Processes  # noqa: E402


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    """Starts programs, and ends them after the module's tests."""
    with Processes(tmp_path_factory.mktemp("doctor")) as made:
        yield made


@pytest.fixture
def spanorigin(processes, monkeypatch, capsys):
    """The command, as a user calls it: gives exit code, output and errors."""
    from spanorigin import command

    monkeypatch.setenv("SPANORIGIN_DOOR", str(processes.doors))
    monkeypatch.setenv("SPANORIGIN_ENDPOINT", "http://127.0.0.1:1")

    def run(*words):
        code = command.main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
