"""Run by Python as it starts, in every process under `spanorigin run`, because that puts this folder on PYTHONPATH.

Starts tracing and the agent, then hands on to the `sitecustomize` that would have run without us. It has to load, and
do no harm, in any Python that the command happens to start, also one that knows nothing of spanorigin.
"""

import os
import sys


def _hand_on() -> None:
    """Run the next sitecustomize on the path as Python itself would have; an error in it is Python's to report."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - must load anywhere, and fast
    path = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != here]  # noqa: PTH100
    spec = PathFinder.find_spec("sitecustomize", path)
    if spec is None or spec.loader is None:
        return
    if "auto_instrumentation" in (spec.origin or ""):
        return  # OpenTelemetry's own: it would start a second time what has just been started
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


def _start() -> None:
    try:
        from spanorigin import autoload
    except Exception:
        # Another interpreter than the one spanorigin is installed in. Told once, by the process that was asked for,
        # and not by every helper that it starts.
        if os.environ.get("SPANORIGIN_RUN_PID") == str(os.getpid()):
            sys.stderr.write(
                f"spanorigin: no spans from this program, because {sys.executable} has no spanorigin installed. "
                "Install it there (pip install 'spanorigin[run]'), or give the interpreter that has it. "
                "[agent-not-in-this-python]\n"
            )
        return
    autoload.start()


try:
    _start()
finally:
    _hand_on()
