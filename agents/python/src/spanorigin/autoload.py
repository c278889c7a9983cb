"""Switch the agent on without a line of the program's: from OpenTelemetry's auto-instrumentation, or `spanorigin run`.

`install_if_enabled` is the entry point that `opentelemetry-instrument` loads last; `start` is called by
`startup/sitecustomize.py`. Neither raises: the program comes first. Switched off, nothing further of ours is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanorigin.model import UserError
from spanorigin.settings import is_enabled, process_environment

if TYPE_CHECKING:
    from collections.abc import Callable

DEFERRED = "SPANORIGIN_RUN_DEFERRED"
"""Set by `spanorigin run`: instrumentations that OpenTelemetry was told to leave out, and that are put in here."""


class _Process:
    """What has been done in this process, so that it is done once."""

    has_deferred = False
    waits_for_provider = False


def install_if_enabled() -> None:
    """Install the agent if SPANORIGIN_ENABLED or DD_CODE_ORIGIN_FOR_SPANS_ENABLED says true.

    A program may set its tracer provider later than this; then the agent is installed as soon as it does.
    """
    try:
        if is_enabled(default=False):
            _install()
            _put_in_deferred()
    except Exception as error:
        _say(error)


def start() -> None:
    """Set OpenTelemetry up in this process, then install the agent; for processes under `spanorigin run`."""
    import sys

    # Python's own helper for shared resources never runs a line of the program.
    if any(word.startswith("from multiprocessing.resource_tracker") for word in sys.orig_argv):
        return
    try:
        if is_enabled(default=False):
            _set_up_opentelemetry()
    except Exception as error:
        _say(error)
    # Once more: auto-instrumentation does not come to its end when one of the instrumentations fails.
    install_if_enabled()


def _install() -> None:
    from opentelemetry import trace

    import spanorigin

    if hasattr(trace.get_tracer_provider(), "add_span_processor"):
        spanorigin.install()
    else:
        _when_a_provider_is_set(spanorigin.install)


def _when_a_provider_is_set(install: Callable[[Any], object]) -> None:
    """Without a distribution of OpenTelemetry's nothing sets a provider up; the program does so itself, later on."""
    from opentelemetry import trace

    original = getattr(trace, "_set_tracer_provider", None)
    if original is None or _Process.waits_for_provider:
        return
    _Process.waits_for_provider = True

    def set_tracer_provider(provider: Any, *arguments: Any, **options: Any) -> None:
        original(provider, *arguments, **options)
        try:
            if hasattr(provider, "add_span_processor") and trace.get_tracer_provider() is provider:
                if trace.__dict__.get("_set_tracer_provider") is set_tracer_provider:
                    trace._set_tracer_provider = original
                install(provider)
        except Exception as error:
            _say(error)

    trace._set_tracer_provider = set_tracer_provider  # type: ignore[assignment]


def _set_up_opentelemetry() -> None:
    """What `opentelemetry-instrument` does as a process starts, also where no distribution configures the SDK."""
    from importlib.metadata import entry_points

    try:
        from opentelemetry.instrumentation import auto_instrumentation
    except ImportError:
        return  # `spanorigin run` has said what is missing
    if not entry_points(group="opentelemetry_configurator"):
        from opentelemetry.sdk._configuration import _OTelSDKConfigurator

        _OTelSDKConfigurator().configure()  # type: ignore[no-untyped-call]
    auto_instrumentation.initialize()


def _put_in_deferred() -> None:
    """Instrument Django when it is about to read its middleware.

    OpenTelemetry does so as the process starts, which is before `manage.py` or `wsgi.py` has named the settings. It
    then configures Django with empty settings of its own, and the program ends with an error (decision 0023).
    """
    if _Process.has_deferred or "django" not in process_environment().get(DEFERRED, "").split(","):
        return
    _Process.has_deferred = True
    from spanorigin.frameworks.imports import watch_imports

    def on_loaded(module: Any) -> None:
        original = module.BaseHandler.load_middleware

        def load_middleware(self: Any, *arguments: Any, **options: Any) -> Any:
            if module.BaseHandler.load_middleware is load_middleware:
                module.BaseHandler.load_middleware = original
                try:
                    _instrument("django")
                except Exception as error:
                    _say(error)
            return original(self, *arguments, **options)

        module.BaseHandler.load_middleware = load_middleware

    watch_imports({"django.core.handlers.base": on_loaded}, _say)


def _instrument(name: str) -> None:
    from importlib.metadata import entry_points

    for entry in entry_points(group="opentelemetry_instrumentor", name=name):
        entry.load()().instrument()


def _say(error: Exception) -> None:
    """One line, through the program's own logging where it has any."""
    import logging

    if isinstance(error, UserError):
        logging.getLogger("spanorigin").warning("spanorigin: %s", error)
    else:
        logging.getLogger("spanorigin").warning(
            "spanorigin: spans go on without origins, because the agent could not start (%s). "
            "Run `spanorigin doctor`, and report it with its output. [agent-not-started]",
            f"{type(error).__name__}: {error}",
        )
