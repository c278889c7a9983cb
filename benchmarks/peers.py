"""Environments of the tools we are measured beside, made on demand under benchmarks/.peers and kept.

Each peer has its own, because its dependencies are not ours: same interpreter, same file system, same run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent / ".peers"

_CORPUS = tuple(
    line for line in (HERE.parent / "exactness/requirements.txt").read_text().splitlines() if line and line[0] != "#"
)

REQUIREMENTS = {
    # The store that answers as quickly as ours, and takes in a third (decision 0030).
    "duckdb": ("duckdb==2.0.0",),
    # The libraries whose names the stacks carry: ADOT knows a package by its metadata only.
    "adot": ("aws-opentelemetry-distro==0.18.0", "sqlalchemy", "wrapt", "flask", "click"),
    # The last release with exit origins.
    "ddtrace": ("ddtrace==4.0.4", "sqlalchemy", "wrapt", "flask", "click"),
    # The same for whole requests, on the libraries that ours are measured on.
    "ddtrace_request": ("ddtrace==4.0.4", "sqlalchemy==2.0.58", "flask==3.1.3", "werkzeug==3.1.9"),
    # Entry origins as they are today, on by default.
    "ddtrace_entry": ("ddtrace==4.16.0", "flask==3.1.3", "werkzeug==3.1.9"),
    # All libraries of the corpus of exactness.
    "corpus_adot": ("aws-opentelemetry-distro==0.18.0", *_CORPUS),
    "corpus_ddtrace": ("ddtrace==4.16.0", *_CORPUS),
    "corpus_ddtrace_exits": ("ddtrace==4.0.4", *_CORPUS),
}


class PeerError(RuntimeError):
    """A peer could not be installed; the figure that needs it is missing, not zero."""


def interpreter(name: str) -> Path:
    """The Python of the peer's environment, which is made first where it is missing.

    Raises PeerError with pip's last words, for example when there is no network.
    """
    folder = HERE / f"{name}-{sys.version_info[0]}.{sys.version_info[1]}"
    python = folder / "bin" / "python"
    complete = folder / ".complete"
    wanted = "\n".join(REQUIREMENTS[name])
    if complete.exists() and complete.read_text() == wanted:
        return python
    venv.create(folder, with_pip=True, clear=True)
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS[name]]
    # `make` holds what it installs to our versions; a peer has its own.
    environment = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise PeerError(f"{', '.join(REQUIREMENTS[name])} could not be installed: {done.stderr.strip()[-500:]}")
    complete.write_text(wanted)
    return python
