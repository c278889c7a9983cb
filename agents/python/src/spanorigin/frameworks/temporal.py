"""Temporal: the function of an activity, the `run` of a workflow, and the handlers of its signals, queries and updates.

An activity and, with Temporal's newer plugin, a workflow run below their span, and are met at the last of the worker's
interceptors. The older interceptor begins and ends a workflow's spans before the function runs; there the handler is
looked up by the span's name, and announced while the tracer is starting it. The newer plugin's provider makes all spans
of the process, each a shell around the SDK's; handlers of any framework are announced with what is in the shell.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import ModuleType
from typing import Any

from opentelemetry.trace import get_current_span, use_span

from spanorigin.frameworks.current import announce_of
from spanorigin.frameworks.hooks import Announcer, Framework

_Find = Callable[[Any, Any], object]


def _put_in_activities(module: ModuleType, announcer: Announcer) -> None:
    announcer.replace(module._ActivityInboundImpl, "execute_activity", _call(announcer, lambda _, asked: asked.fn))


def _put_in_workflows(module: ModuleType, announcer: Announcer) -> None:
    def handler(kind: str, name: str) -> _Find:
        return lambda inbound, asked: _handler(inbound._instance, kind, getattr(asked, name))

    owner, as_outside = module._WorkflowInboundImpl, _outside_sandbox(module)
    for method, find in {
        "execute_workflow": lambda _, asked: asked.run_fn,
        "handle_signal": handler("HandleSignal", "signal"),
        "handle_query": handler("HandleQuery", "query"),
        "handle_update_handler": handler("HandleUpdate", "update"),
    }.items():
        announcer.replace(owner, method, _call(announcer, find, as_outside))
    # A validator is called by a plain function, on whose stack we would stay. Right before, it is looked up.
    look_up = _call(announcer, lambda instance, name: _handler(instance, "ValidateUpdate", name), as_outside)
    announcer.replace(module._WorkflowInstanceImpl, "workflow_get_update_validator", look_up)


def _call(
    announcer: Announcer, find: _Find, around: Callable[[], AbstractContextManager[Any]] = ExitStack
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, asked: Any) -> Any:
            try:
                with around():
                    function = find(self, asked)
                    if function is not None:
                        announcer.handler(function, None)
            except Exception as error:
                announcer.failed(error)
            return original(self, asked)

        return call

    return make


def _put_in_provider(module: ModuleType, announcer: Announcer) -> None:
    announce, shell = announcer.handler, module._ReplaySafeSpan

    def handler(found: object, verb: str | None) -> None:
        try:
            current: Any = get_current_span()
            if type(current) is shell:
                with use_span(current._span, record_exception=False, set_status_on_exception=False):
                    announce(found, verb)
                return
        except Exception as error:
            announcer.failed(error)
        announce(found, verb)

    announcer.handler = handler


def _put_in_interceptor(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _completed_workflow_span(self: Any, params: Any) -> Any:
            interceptor = self
            try:
                kind, _, name = params.name.partition(":")
                instance = module.temporalio.workflow._Runtime.maybe_current()
                function = None if instance is None else _handler(instance, kind, name)
                if function is not None:
                    interceptor = _Lent(self, _StartingTracer(self.tracer, function, announcer, outside))
            except Exception as error:
                announcer.failed(error)
            return original(interceptor, params)

        return _completed_workflow_span

    outside = _outside_sandbox(module)
    announcer.replace(module.TracingInterceptor, "_completed_workflow_span", make)


class _Lent:
    """The interceptor with another tracer, for one call of its own method."""

    def __init__(self, interceptor: Any, tracer: Any) -> None:
        self._interceptor = interceptor
        self.tracer = tracer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._interceptor, name)


class _StartingTracer:
    """The interceptor's tracer, for a span that leads to `function` and is ended as soon as it has been started."""

    def __init__(
        self, tracer: Any, function: object, announcer: Announcer, around: Callable[[], AbstractContextManager[Any]]
    ) -> None:
        self._tracer = tracer
        self._function = function
        self._announcer = announcer
        self._around = around

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tracer, name)

    def start_span(self, *args: Any, **kwargs: Any) -> Any:
        span = self._tracer.start_span(*args, **kwargs)
        try:
            with self._around():
                announce_of(span, self._function, self._announcer)
        except Exception as error:
            self._announcer.failed(error)
        return span


def _handler(instance: Any, kind: str, name: str) -> object:
    """The user's function that a workflow has for what the interceptors name so; None where there is none."""
    if kind == "RunWorkflow":
        return instance._defn.run_fn
    definitions = {
        "HandleSignal": instance._signals,
        "HandleQuery": instance._queries,
        "HandleUpdate": instance._updates,
        "ValidateUpdate": instance._updates,
    }.get(kind)
    definition = None if definitions is None else definitions.get(name) or definitions.get(None)
    return getattr(definition, "validator" if kind == "ValidateUpdate" else "fn", None)


def _outside_sandbox(module: ModuleType) -> Callable[[], AbstractContextManager[Any]]:
    """Workflows may open no files and import nothing anew. Looking at a function's source is not theirs."""
    unsafe = module.temporalio.workflow.unsafe

    def outside() -> AbstractContextManager[Any]:
        stack = ExitStack()
        stack.enter_context(unsafe.sandbox_unrestricted())
        stack.enter_context(unsafe.imports_passed_through())
        return stack

    return outside


FRAMEWORK = Framework(
    "temporal",
    {
        "temporalio.worker._activity": _put_in_activities,
        "temporalio.worker._workflow_instance": _put_in_workflows,
        "temporalio.contrib.opentelemetry._interceptor": _put_in_interceptor,
        "temporalio.contrib.opentelemetry._tracer_provider": _put_in_provider,
    },
    borders=("/temporalio/worker/_activity.py",),
)
