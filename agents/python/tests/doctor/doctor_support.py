"""What tests of the doctor share: programs that run with the agent and answer."""

import os
import subprocess
import sys
import time
from pathlib import Path

from spanorigin.door.places import doors

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
BIN = Path(sys.executable).parent
SECONDS = 40.0


class Processes:
    """Child processes of one test module."""

    def __init__(self, folder):
        self.doors = folder / "doors"
        self._started = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self._started:
            process.terminate()
        for process in self._started:
            process.wait(SECONDS)
            process.stdout.close()

    def start(self, *command, wait_for_ready=True, **variables):
        """Start a program and wait until it says that it is ready, and until its door is open."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR", "PATH") if name in os.environ}
        environ = {**kept, "SPANORIGIN_DOOR": str(self.doors), "PYTHONDONTWRITEBYTECODE": "1", **variables}
        process = subprocess.Popen(
            [str(word) for word in command], env=environ, cwd=SAMPLES, stdout=subprocess.PIPE, text=True
        )
        self._started.append(process)
        if wait_for_ready:
            assert process.stdout.readline() == "ready\n", process.poll()
            wait_until(lambda: process.pid in doors(self.doors))
        return process

    def service(self, **variables):
        return self.start(sys.executable, SAMPLES / "live_service.py", **variables)


def wait_until(condition):
    end = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
    return found
