"""Cases 5 to 16: which handler an entry span names, whatever it looks like and however the request goes."""

import asyncio
import functools
import threading
import traceback

import case_web as sample
import entry_asgi
import entry_django
import entry_flask
import pytest
from case_support import Program, entry_at, entry_of, made_anew
from django.test import Client
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind
from spanorigin import agent as house
from starlette.middleware import Middleware


@pytest.mark.parametrize(("form", "tagged"), [("otel", ["GET"]), ("datadog", ["GET", "innermost"])])
def test_case_05_the_entry_span_is_tagged_and_in_datadogs_form_the_current_one_too(form, tagged, not_samples):
    app = sample.starlette_app([Middleware(sample.OpensSpans)])
    with Program(attributes=form, exclude=not_samples) as program:
        sample.tracer = program.provider.get_tracer("sample")

        program.ask(program.starlette(app), "/coroutine")

        spans = {span.name.partition(" ")[0]: span.attributes for span in program.exporter.get_finished_spans()}
    assert {"GET", "middle", "innermost"} <= set(spans)
    line = str(entry_at(sample, "coroutine").line)
    lines = {
        name: str(held.get("code.line.number", held.get("_dd.code_origin.frames.0.line")))
        for name, held in spans.items()
    }
    assert {name: found for name, found in lines.items() if found != "None"} == dict.fromkeys(tagged, line)


def test_case_06_the_outermost_handler_wins(program):
    inner = sample.flask_app(inner=sample.plain)
    outer = sample.flask_app(outer=sample.asks_another(inner))

    program.ask(program.flask(outer), "/outer")
    program.ask(program.starlette(sample.starlette_app()), "/delegates/inner")

    assert program.entries() == [
        entry_at(sample, "outer", "asks_another.<locals>.outer"),
        entry_at(sample, "delegates"),
    ]


def test_case_07_a_handler_registered_ten_times_has_one_origin(program):
    app = sample.flask_app(**{f"route_{number}": sample.plain for number in range(10)})

    program.ask(program.flask(app), *(f"/route_{number}" for number in range(10)), "POST /route_3", "/route_0")

    assert program.entries() == [entry_at(sample, "plain")] * 12
    assert set(app.view_functions.values()) == {sample.plain, app.view_functions["static"]}


@pytest.mark.parametrize(
    ("view", "mark"),
    [(sample.Shop().bound, "bound"), (sample.Shop.static, "static"), (sample.Shop.of_class, "of_class")],
    ids=["bound", "static", "of_class"],
)
def test_case_08_a_method_is_named_whatever_it_is_bound_to(program, view, mark):
    program.ask(program.flask(sample.flask_app(view=view)), "/view", "/view")

    assert program.entries() == [entry_at(sample, mark, f"Shop.{mark}")] * 2


@pytest.mark.parametrize("mark", ["decorated", "barely_decorated", "stacked"])
def test_case_09_decorators_are_seen_through_with_and_without_wraps(program, mark):
    program.ask(program.flask(sample.flask_app(view=getattr(sample, mark))), "/view")

    assert program.entries() == [entry_at(sample, mark)]


def test_case_10_a_partial_and_a_callable_object_lead_to_their_function(program):
    partial = functools.partial(functools.partial(sample.takes_two, 1), second=2)

    program.ask(program.flask(sample.flask_app(partial=partial, object=sample.Answers())), "/partial", "/object")

    assert program.entries() == [
        entry_at(sample, "takes_two"),
        entry_at(sample, "callable_object", "Answers.__call__"),
    ]


def test_case_10_flasks_classes_and_blueprints_name_the_users_method(program):
    app = program.flask(made_anew(entry_flask).app)

    program.ask(app, "/orders", "POST /orders", "/report", "/outer/page", "/outer/inner/page")

    assert program.entries() == [
        entry_at(entry_flask, "orders_get", "Orders.get"),
        entry_at(entry_flask, "orders_post", "Orders.post"),
        entry_at(entry_flask, "report", "Report.dispatch_request"),
        entry_at(entry_flask, "outer_page", "page"),
        entry_at(entry_flask, "inner_page"),
    ]


@pytest.mark.parametrize(
    ("verb", "path", "mark", "function"),
    [
        ("get", "/orders", "orders_get", "Orders.get"),
        ("post", "/orders", "orders_post", "Orders.post"),
        ("get", "/api/function", "api_function", "api_function"),
        ("get", "/api/orders", "api_orders_get", "ApiOrders.get"),
        ("get", "/api/carts/", "carts_list", "Carts.list"),
        ("post", "/api/carts/7/pay/", "carts_pay", "Carts.pay"),
        ("get", "/nested/deep/function/3", "function", "function"),
    ],
)
def test_case_10_djangos_and_rest_frameworks_classes_name_the_users_method(program, verb, path, mark, function):
    DjangoInstrumentor().instrument(tracer_provider=program.provider)
    try:
        getattr(Client(raise_request_exception=False), verb)(path)
    finally:
        DjangoInstrumentor().uninstrument()

    assert program.entries() == [entry_at(entry_django, mark, function)]


@pytest.mark.parametrize(
    ("request_", "mark", "function"),
    [
        ("/orders", "orders_get", "Orders.get"),
        ("POST /orders", "orders_post", "Orders.post"),
        ("/mounted/coroutine", "coroutine", "coroutine"),
        ("/sub/page", "coroutine", "coroutine"),
        ("/sub/deeper/page", "in_a_thread", "in_a_thread"),
        ("/raw/anything", "raw", "raw"),
        ("POST /router/page", "coroutine", "coroutine"),
    ],
)
def test_case_10_starlettes_endpoints_mounts_and_applications_within_name_the_users_function(
    program, request_, mark, function
):
    program.ask(program.starlette(entry_asgi.application()), request_)

    assert program.entries() == [entry_at(entry_asgi, mark, function)]


@pytest.mark.parametrize(
    ("path", "mark", "function"),
    [
        ("/v1/router/nested/page", "api_nested_page", "fastapi_application.<locals>.nested_page"),
        ("/inner/page", "api_inner_page", "fastapi_application.<locals>.inner_page"),
        ("/depends?name=me", "api_depends", "fastapi_application.<locals>.depends"),
    ],
)
def test_case_10_fastapis_routers_and_dependencies_name_the_endpoint(program, path, mark, function):
    program.ask(program.starlette(entry_asgi.fastapi_application(), FastAPIInstrumentor), path)

    assert program.entries() == [entry_at(entry_asgi, mark, function)]


@pytest.mark.parametrize("mark", ["coroutine", "in_a_thread", "streams", "streams_plainly"])
def test_case_11_sync_async_and_streaming_endpoints_are_named_alike(program, mark):
    assert program.ask(program.starlette(sample.starlette_app()), f"/{mark}") == [200]

    assert program.entries() == [entry_at(sample, mark)]


def test_case_11_a_view_that_is_a_generator_is_named(program):
    assert program.ask(program.flask(sample.flask_app(generator=sample.generator)), "/generator") == [200]

    assert program.entries() == [entry_at(sample, "generator")]


def test_case_12_a_raising_handler_keeps_its_origin_and_its_exception_as_it_was(program):
    def raised():
        app = program.flask(sample.flask_app(raises=sample.raises))
        app.testing = True  # so that the exception comes all the way out
        with pytest.raises(LookupError) as caught:
            program.ask(app, "/raises")
        assert caught.value.__context__ is None
        return [(frame.filename, frame.name) for frame in traceback.extract_tb(caught.value.__traceback__)]

    with_us = raised()
    assert program.entries() == [entry_at(sample, "raises")]
    house.uninstall()
    without_us = raised()
    house.install(program.provider, settings=program.settings)

    assert with_us == without_us
    assert [name for _, name in with_us][-2:] == ["raises", "fails"]


@pytest.mark.parametrize(
    ("request_", "status"), [("/nowhere", 404), ("DELETE /view", 405), ("/slash", 308), ("OPTIONS /view", 200)]
)
def test_case_13_a_request_that_is_not_routed_to_a_handler_has_no_origin(program, request_, status):
    app = program.flask(sample.flask_app(view=sample.plain))
    app.add_url_rule("/slash/", "slash", sample.plain)

    assert program.ask(app, request_) == [status]

    assert program.entries() == [None]


@pytest.mark.parametrize(("hook", "status"), [(sample.plain, 200), (sample.fails, 500), (sample.aborts, 418)])
def test_case_13_a_request_that_a_hook_answers_has_no_origin(program, hook, status):
    app = program.flask(sample.flask_app(view=sample.other))
    app.before_request(hook)

    assert program.ask(app, "/view") == [status]

    assert program.entries() == [None]


def test_case_13_a_handler_that_redirects_or_aborts_is_still_the_handler(program):
    app = sample.flask_app(redirects=sample.redirects, aborts=sample.aborts)

    assert program.ask(program.flask(app), "/redirects", "/aborts") == [302, 418]

    assert [found.function for found in program.entries()] == ["case_web.redirects", "case_web.aborts"]


def test_case_14_without_a_span_nothing_happens(program):
    client = sample.flask_app(plain=sample.plain).test_client()

    assert client.get("/plain").data == b"ok"

    assert (program.entries(), program.misses()) == ([], {})


def test_case_14_a_span_that_is_not_recorded_is_not_looked_at(not_samples):
    with Program(TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False), exclude=not_samples) as program:
        looked_at_before = house.status().files

        assert program.ask(program.flask(sample.flask_app(plain=sample.plain)), "/plain") == [200]

        assert (program.entries(), program.misses(), house.status().files) == ([], {}, looked_at_before)


def test_case_15_an_application_that_asks_itself_names_each_requests_own_handler(program):
    app = program.flask(sample.flask_app(last=sample.plain))
    app.add_url_rule("/countdown/<int:number>", "countdown", sample.asks_itself(app))

    assert program.ask(app, "/countdown/5") == [200]

    spans = program.spans(SpanKind.SERVER)
    countdown = entry_at(sample, "countdown", "asks_itself.<locals>.countdown")
    assert [entry_of(span) for span in spans] == [entry_at(sample, "plain"), *[countdown] * 5]
    assert len({span.context.trace_id for span in spans}) == 1


def test_case_15_requests_of_many_threads_and_tasks_keep_their_own_handlers(program):
    client = program.flask(sample.flask_app(plain=sample.plain, other=sample.other, raises=sample.raises)).test_client()
    starlette = program.starlette(sample.starlette_app())

    def in_a_thread():
        for path in ["plain", "other", "raises"] * 8:
            client.get(f"/{path}")

    async def in_tasks():
        paths = ["coroutine", "in_a_thread"] * 24
        await asyncio.gather(*(starlette(_scope(path), _nothing_more, _discard) for path in paths))

    threads = [threading.Thread(target=in_a_thread) for _ in range(2)]
    threads.append(threading.Thread(target=lambda: asyncio.run(in_tasks())))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    named = [(span.name.rpartition("/")[2], entry_of(span)) for span in program.spans(SpanKind.SERVER)]
    expected = [(path, entry_at(sample, path)) for path in ("plain", "other", "raises", "coroutine", "in_a_thread")]
    assert {(path, found): named.count((path, found)) for path, found in set(named)} == {
        (path, found): 16 if found.line < entry_at(sample, "coroutine").line else 24 for path, found in expected
    }


def _scope(path):
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": f"/{path}",
        "raw_path": f"/{path}".encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }


async def _nothing_more():
    return {"type": "http.request", "body": b"", "more_body": False}


async def _discard(message):
    del message


def test_case_16_a_span_made_by_a_decorator_hides_no_handler(program):
    traced = program.provider.get_tracer("sample").start_as_current_span("by hand")(sample.plain)

    program.ask(program.flask(sample.flask_app(traced=traced)), "/traced")

    assert program.entries() == [entry_at(sample, "plain")]
