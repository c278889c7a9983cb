"""Measure our entry capture: `python entry_capture.py ROUNDS`. Started by entry.py. Prints nanoseconds, as JSON.

`added`: to a request, by everything that is installed: the span's start and end, the framework's hook, the look at the
handler, and its attributes. Measured around the handler alone, under a SERVER span, where half a microsecond can be
seen; `flask` is the same in a whole request. `register` and `first` are of a handler that nobody has seen before.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import spanorigin
from flask import Flask
from handlers import project, request, views
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind
from spanorigin.settings import Settings
from timing import pin_to_one_core, steady_ns

# These files are nobody's handler.
_SETTINGS = Settings(exclude=(str(Path(__file__).resolve().parent),))
_PATH = "/part/3/order/7"
_WARM = 600
"""Calls after a switch that nobody counts: the interpreter unlearns and learns a call site in some hundreds of them."""


def measure(rounds: int) -> dict[str, float]:
    """Nanoseconds."""
    provider = TracerProvider(shutdown_on_exit=False)
    trace.set_tracer_provider(provider)
    tracer = provider.get_tracer("opentelemetry.instrumentation.flask")

    def on() -> None:
        spanorigin.install(provider, settings=_SETTINGS)

    def warmed(switch: Callable[[], object], call: Callable[[], None]) -> Callable[[], None]:
        """A switch gives a class another method: the interpreter then has to learn its calls anew, once."""

        def switched() -> None:
            switch()
            for _ in range(_WARM):
                call()

        return switched

    with project() as modules:
        app, handlers = Flask("shop"), views(modules)
        for module in modules:
            app.register_blueprint(module.blueprint)
        on()
        first = _first(app, tracer, handlers)
        FlaskInstrumentor().instrument_app(app)
        whole = request(app, _PATH)
        with app.test_request_context(_PATH):
            view = app.view_functions["part_3.order_7"]
            handled = _handled(app, tracer, view)
            _check(tracer, app, view)
            taken = steady_ns(
                {
                    "off": (warmed(spanorigin.uninstall, handled), handled),
                    "on": (warmed(on, handled), handled),
                    "off again": (warmed(spanorigin.uninstall, handled), handled),
                },
                calls=50,
                rounds=rounds,
            )
        flask = steady_ns(
            {
                "off": (warmed(spanorigin.uninstall, whole), whole),
                "on": (warmed(on, whole), whole),
                "off again": (warmed(spanorigin.uninstall, whole), whole),
            },
            calls=20,
            rounds=rounds // 2,
        )
    return {
        "plain": taken["off"],
        "added": taken["on"] - taken["off"],
        "control": taken["off again"] - taken["off"],
        "flask_plain": flask["off"],
        "flask": flask["on"] - flask["off"],
        "flask_control": flask["off again"] - flask["off"],
        "first": first,
        # Nothing of ours is called when a handler is registered: tests/entry/test_off.py.
        "register": 0.0,
    }


def _handled(app: Flask, tracer: Any, view: Callable[[], Any]) -> Callable[[], None]:
    """What is between an instrumentation's span and the handler in Flask: `dispatch_request` does no more."""

    def handled() -> None:
        with tracer.start_as_current_span("GET", kind=SpanKind.SERVER):
            app.ensure_sync(view)()

    return handled


def _first(app: Flask, tracer: Any, handlers: list[Callable[[], Any]]) -> float:
    """The first request of a handler against a later one, the mean over all."""
    paths = {view: f"/part/{view.__module__.rpartition('_')[2]}/order/{view.__name__[6:]}" for view in handlers}
    taken: list[float] = []
    gc.disable()
    for _ in range(3):
        spent = 0
        for view in handlers:
            with app.test_request_context(paths[view]), tracer.start_as_current_span("GET", kind=SpanKind.SERVER):
                before = time.thread_time_ns()
                app.ensure_sync(view)
                spent += time.thread_time_ns() - before
        taken.append(spent / len(handlers))
    gc.enable()
    return taken[0] - taken[2]


def _check(tracer: Any, app: Flask, view: Callable[[], Any]) -> None:
    """A tool that names the wrong line is not being measured at all."""
    with tracer.start_as_current_span("GET", kind=SpanKind.SERVER) as span:
        app.ensure_sync(view)
    line = Path(view.__code__.co_filename).read_text().splitlines().index("def order_7():") + 1
    if span.attributes.get("code.line.number") != line or not span.attributes["code.file.path"].endswith("part_3.py"):
        raise SystemExit(f"The wrong handler was named: {dict(span.attributes)}")


if __name__ == "__main__":
    pin_to_one_core()
    print(json.dumps(measure(int(sys.argv[1]))))
