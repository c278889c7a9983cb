"""Say which ways the agent would go in an environment: how it walks stacks, attaches origins, and exports them.

Asked by `environment`: in this process for its own environment, otherwise by running this file with the other one's
interpreter, which alone knows what is compiled for it and which OpenTelemetry it has.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_SECONDS: Final = 30.0


def ways(walker: str) -> dict[str, str]:
    """How this interpreter's agent would walk, attach and export, with reasons. `walker` is SPANORIGIN_WALKER."""
    from spanorigin import emit
    from spanorigin.export.recognise import MODULE, recognise
    from spanorigin.origin.borders import LAUNCHERS
    from spanorigin.origin.walk import Rules, choose_walker
    from spanorigin.settings import Settings
    from spanorigin.source import Sources

    settings = Settings(walker=walker)
    _, walking = choose_walker(Sources(settings), Rules.of(settings, LAUNCHERS, emit.exit_attributes), walker)
    _, attaching = emit.attach_at_start()
    try:
        _, exporting = recognise(importlib.import_module(MODULE))
    except ImportError:
        exporting = "plain encoding: no OTLP protobuf exporter is installed"
    return {"walking": walking, "attaching": attaching, "exporting": exporting}


def ways_of(prefix: str | None, walker: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The ways in the environment whose folder is `prefix`; empty, or with the one key `unknown`, where they cannot be
    told."""
    if prefix is None:
        return {}
    if prefix == sys.prefix:
        return ways(walker)
    python = Path(prefix) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    try:
        done = subprocess.run(
            [str(python), "-m", __name__, walker],
            env={**environ, "SPANORIGIN_ENABLED": "false"},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
        told = json.loads(done.stdout)
        return {str(name): str(words) for name, words in told.items()}
    except (OSError, ValueError, AttributeError, subprocess.SubprocessError):
        return {"unknown": f"the interpreter of {prefix} has no spanorigin that could say"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(ways(*sys.argv[1:])))
