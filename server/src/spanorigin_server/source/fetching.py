"""Start `mirroring` for one repository and wait for what came of it. Called by `registered`, on a thread of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from spanorigin_server.settings import whole_environment

TIME_MOST_S: Final = 900.0
BYTES_MOST: Final = 4 * 1024**3
_LOOK_S: Final = 0.05
# Nobody is there to answer: ssh must fail rather than ask for a passphrase, or whether a host is known.
_SSH: Final = "ssh -o BatchMode=yes -o ConnectTimeout=20"


def fetched(
    job: Mapping[str, Any],
    is_stopping: Callable[[], bool] = lambda: False,
    *,
    bytes_most: int = BYTES_MOST,
    time_most_s: float = TIME_MOST_S,
) -> dict[str, Any]:
    """The answer of `mirroring`: `commit`, or `problem` in words. Raises nothing."""
    try:
        return _fetched({**job, "bytes_most": bytes_most}, is_stopping, time_most_s)
    except (OSError, ValueError) as error:
        return {"problem": f"the fetch could not be started: {error}"}


def _fetched(job: Mapping[str, Any], is_stopping: Callable[[], bool], time_most_s: float) -> dict[str, Any]:
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        environment = whole_environment()
        given.write(json.dumps({**job, "ssh_command": environment.get("GIT_SSH_COMMAND") or _SSH}).encode())
        given.seek(0)
        # Not subprocess: it may fork, and a forked child of the store's engine hangs. This never does (decision 0221).
        child = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "spanorigin_server.source.mirroring"],
            environment,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, given.fileno(), 0),
                (os.POSIX_SPAWN_DUP2, output.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
            ],
            setpgroup=0,
        )
        status, why = _waited(child, is_stopping, time.monotonic() + time_most_s)
        if why:
            return {"problem": why}
        output.seek(0)
        errors.seek(0)
        told = errors.read()[-2000:].decode(errors="replace").strip().splitlines()
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXFSZ:
            return {"problem": f"it is larger than the {job['bytes_most'] / 1024**3:.1f} GiB that are kept"}
        try:
            answer = json.loads(output.read())
        except ValueError:
            return {"problem": f"the fetch ended with {told[-1] if told else f'status {status}'}"}
        if "problem" in answer and told and told[-1] not in answer["problem"]:
            answer["problem"] += f" ({told[-1]})"
        return dict(answer)


def _waited(child: int, is_stopping: Callable[[], bool], until: float) -> tuple[int, str]:
    """The child's status, or why it was stopped."""
    nap = threading.Event()
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status, ""
        why = "the server stops" if is_stopping() else "it took too long" if time.monotonic() > until else ""
        if why:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return 0, why
        nap.wait(_LOOK_S)
