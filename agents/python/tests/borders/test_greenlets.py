"""Greenlets of the real gevent and eventlet, each in a process of its own, since both change the whole program."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from exit_support import frame

SAMPLE = Path(__file__).parents[1] / "samples" / "border_greenlets.py"


def run(walker, kind):
    done = subprocess.run(
        [sys.executable, str(SAMPLE), walker, kind], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["failures"] == {}
    return told["found"]


def own(mark, function):
    """A place of the sample, as it names itself when run as a program."""
    place = frame("border_greenlets", mark, function)
    return [place.line, place.function.replace("border_greenlets.", "__main__.", 1)]


@pytest.mark.parametrize("kind", ["gevent", "eventlet"])
def test_a_library_function_in_a_greenlet_of_its_own_has_no_origin_and_the_users_own_function_has_one(walker, kind):
    if importlib.util.find_spec(kind) is None:  # importing it here would change this process
        assert os.environ.get("CI") != "true", f"{kind} is not installed, and CI has to have it"
        pytest.skip(f"{kind} is not installed")

    found = run(walker, kind)

    expected = {name: [[], []] for name in found}
    expected[f"{kind}_own"] = [[own("own", "own_function")]] * 2
    expected["greenlet_switched"] = [[own("switched", "greenlet_switched")]] * 2
    # Frames further out are those that switched to the greenlet, so the first one is what counts here.
    assert {name: [each[:1] for each in runs] for name, runs in found.items()} == expected
    assert len(found) >= 6
