"""Run the corpus under one tool, in the environment this runs in: `python ask.py TOOL KIND…`.

Prints one JSON object. `answers`: the origins of the spans of each case by its name, a list of [file, line, function]
or null for a span without one. `failed`: programs that could not be imported, and cases that raised, by what was said.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "programs")]


def main(tool: str, kinds: list[str]) -> None:
    """Switch the tool on before anything of the programs is imported, as its users do."""
    os.environ["EXACTNESS_SPANS"] = "datadog" if tool.startswith("ddtrace") else "opentelemetry"
    spans = importlib.import_module(f"tool_{'ddtrace' if tool.startswith('ddtrace') else tool}").switched_on()

    import driving
    from marks import cases

    answers: dict[str, list[list[Any] | None]] = {}
    failed: dict[str, str] = {}
    try:
        for case in cases():
            if case.program in failed or case.kind not in kinds:
                continue
            try:
                module = importlib.import_module(case.program)
            except Exception as error:  # a library that is not there, or does not bear the tool
                failed[case.program] = repr(error)
                continue
            spans.forget()
            try:
                _act(module, case.action, driving)
            except Exception as error:
                failed[case.name] = repr(error)
            answers[case.name] = [_told(place) for place in _origins(spans, case.kind)]
    finally:
        driving.end_all()
    print(json.dumps({"answers": answers, "failed": failed}), flush=True)


def _act(module: Any, action: str, driving: Any) -> None:
    words = action.split()
    if len(words) == 2:
        module.visit(*words)
        return
    made = getattr(module, action)(driving.services())
    if inspect.isawaitable(made):
        asyncio.run(_awaited(made))


async def _awaited(awaitable: Any) -> Any:
    return await awaitable


def _origins(spans: Any, kind: str, seconds: float = 1.0) -> list[Any]:
    """The origins of the case's spans. Servers and workers may end theirs a little after they have answered."""
    end = time.monotonic() + seconds
    while not (found := spans.origins(kind)) and time.monotonic() < end:
        time.sleep(0.01)
    return list(found)


def _told(place: tuple[str, int, str] | None) -> list[Any] | None:
    if place is None:
        return None
    path, line, function = place
    file = Path(path)
    # Files of other folders are told whole, so that they are never taken for a program's.
    return [file.name if file.resolve().parent == HERE / "programs" else str(file), line, function]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
    sys.stdout.flush()
    # Servers in threads, pools and tracers' own workers are nobody's concern any more.
    os._exit(0)
