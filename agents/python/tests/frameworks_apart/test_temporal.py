"""Origins of Temporal's workflows and activities: its development server, a real worker, its own interceptors.

The workflow runs in Temporal's sandbox, as it does for everybody.
"""

import apart_sanic
import apart_temporal as sample
import spanorigin
from apart_support import serving_asgi, working
from entry_support import ask
from opentelemetry import trace
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from temporalio.client import Client
from temporalio.contrib.opentelemetry import OpenTelemetryPlugin, TracingInterceptor, create_tracer_provider
from work_support import origin_in, origin_of, wait_for


async def run(client, wait):
    """Let a worker run one workflow to its end."""
    async with working(client, workflows=[sample.Order], activities=sample.ACTIVITIES) as queue:
        handle = await sample.buy(client, queue, wait)
        if wait:
            await sample.talk(handle)
        return await handle.result()


def origins(spans):
    """What each name of a span has for an origin; it has to be the same for all spans of that name."""
    found = {}
    for span in spans:
        origin = origin_of(span)
        assert found.setdefault(span.name, origin) == origin
    return found


HANDLED = {
    "RunWorkflow:Order": ("run", "Order.run"),
    "ValidateUpdate:add": ("check", "Order.check"),
    "HandleUpdate:add": ("add", "Order.add"),
    "HandleQuery:how_many": ("how_many", "Order.how_many"),
    "HandleSignal:pay": ("pay", "Order.pay"),
    "RunActivity:coroutine": ("coroutine", "coroutine"),
    "RunActivity:in_a_thread": ("in_a_thread", "in_a_thread"),
    "RunActivity:decorated": ("decorated", "decorated"),
    "RunActivity:method": ("method", "Shelf.method"),
}
ASKED = {
    "StartWorkflow:Order": ("buy", "buy"),
    "StartWorkflowUpdate:add": ("update", "talk"),
    "QueryWorkflow:how_many": ("query", "talk"),
    "SignalWorkflow:pay": ("signal", "talk"),
    **{
        f"StartActivity:{name}": ("activity", "Order.run")
        for name in ("coroutine", "in_a_thread", "decorated", "method")
    },
}
EXPECTED = {name: origin_in(sample, *place) for name, place in HANDLED.items()}
EXPECTED |= {name: origin_in(sample, *place, "exit") for name, place in ASKED.items()}


async def test_workflows_and_activities_name_their_functions_and_what_asks_for_them_its_line(work, temporal_address):
    interceptor = TracingInterceptor(work.provider.get_tracer("test"))
    client = await Client.connect(temporal_address, interceptors=[interceptor])

    assert sorted(await run(client, wait=True)) == [1, 1, 1, 1, 2]

    # What marks the end of a workflow is an internal span, and nobody's.
    assert origins(work.exporter.get_finished_spans()) == {**EXPECTED, "CompleteWorkflow:Order": None}


async def test_temporals_newer_plugin_has_the_same_origins(work, temporal_address, monkeypatch):
    provider = create_tracer_provider()
    provider.add_span_processor(SimpleSpanProcessor(work.exporter))
    spanorigin.install(provider._tracer_provider)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)  # the plugin takes the global one
    client = await Client.connect(temporal_address, plugins=[OpenTelemetryPlugin(add_temporal_spans=True)])

    assert sorted(await run(client, wait=True)) == [1, 1, 1, 1, 2]

    wait_for(lambda: any(span.name == "RunWorkflow:Order" for span in work.exporter.get_finished_spans()))
    assert origins(work.exporter.get_finished_spans()) == EXPECTED


def test_a_web_framework_beside_the_newer_plugin_keeps_its_origins(work):
    provider = create_tracer_provider()
    provider.add_span_processor(SimpleSpanProcessor(work.exporter))
    spanorigin.install(provider._tracer_provider)
    app = apart_sanic.make("beside", lambda: None)
    app.config.TOUCHUP = False

    with serving_asgi(OpenTelemetryMiddleware(app, tracer_provider=provider)) as address:
        ask(address + "/function")

    assert origin_of(work.entry_span()) == origin_in(apart_sanic, "function", "make.<locals>.function")
