"""Cases 18 to 21, 23 and 24: what the agent must never do to a program, its handlers, its processes and its errors."""

import copy
import gc
import inspect
import json
import os
import pickle
import subprocess
import sys
import sysconfig
import threading
import types
import weakref

import case_web
import django.test
import entry_asgi
import entry_django
import exit_shapes as sample
import pytest
from case_support import WALKERS, Program, entry_at, needs_package
from django.http import HttpResponse
from django.urls import path
from entry_support import marked_line
from exit_support import SAMPLES, Agent, Library, frame, frames_of
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.trace import SpanKind
from spanorigin import agent as house
from spanorigin import forms
from spanorigin.frameworks import FRAMEWORKS
from spanorigin.source import Sources
from starlette.applications import Starlette
from starlette.routing import Route


def plain_at():
    return frame("exit_shapes", "plain", "plain")


def traits(handler):
    """Whatever a program can ask of a function, of its identity, and of its copies."""
    function = getattr(handler, "__func__", handler)
    return (
        id(function),
        id(function.__code__),
        inspect.signature(handler),
        inspect.getsourcelines(handler),
        pickle.dumps(handler),
        copy.deepcopy(function) is function,
        dict(vars(function)),
        (handler.__name__, handler.__qualname__, handler.__module__, handler.__doc__, function.__defaults__),
    )


@pytest.mark.parametrize(
    "handler",
    [case_web.plain, case_web.Shop().bound, case_web.Shop.of_class, case_web.takes_two],
    ids=lambda h: h.__name__,
)
def test_case_18_a_handler_is_unchanged_before_and_after_its_first_call(handler, not_samples):
    before = traits(handler)
    arguments = {"first": 1, "second": 2} if handler is case_web.takes_two else {}

    with Program(exclude=not_samples) as program:
        app = program.flask(case_web.flask_app())
        app.add_url_rule("/view", "view", handler, defaults=arguments)
        registered = traits(handler)
        assert program.ask(app, "/view", "/view") == [200, 200]
        assert len(set(program.entries())) == 1

        assert app.view_functions["view"] == handler
        assert (registered, traits(handler)) == (before, before)
    assert traits(handler) == before


@pytest.mark.parametrize(
    "copied",
    [
        copy.deepcopy,
        lambda endpoint: pickle.loads(pickle.dumps(endpoint)),
        # As cadwyn does, which makes an endpoint anew for each version of an API.
        lambda endpoint: types.FunctionType(endpoint.__code__, endpoint.__globals__, endpoint.__name__),
    ],
    ids=["deepcopy", "pickle", "made anew"],
)
def test_case_18_a_copied_endpoint_answers_and_is_named(program, copied):
    app = entry_asgi.FastAPI()
    app.get("/first")(case_web.plain)
    program.starlette(app, FastAPIInstrumentor)
    first = program.ask(app, "/first")

    app.get("/second")(copied(case_web.plain))

    assert first + program.ask(app, "/second") == [200, 200]
    assert program.entries() == [entry_at(case_web, "plain")] * 2


@pytest.mark.parametrize("switched", ["on", "off"])
def test_case_19_handlers_made_at_run_time_are_collected(program, switched):
    if switched == "off":
        house.uninstall()

    def serve(number):
        namespace = {"PlainTextResponse": case_web.PlainTextResponse, "__name__": "made"}
        exec(f"async def made(request):\n    return PlainTextResponse('{number}')\n", namespace)
        app = program.starlette(Starlette(routes=[Route("/", namespace["made"])]))
        assert program.ask(app, "/") == [200]
        return weakref.ref(namespace["made"]), weakref.ref(namespace["made"].__code__)

    made = [reference for number in range(5) for reference in serve(number)]
    gc.collect()

    # The last one is held by the test client's thread until it is used again.
    assert [reference() for reference in made[:-2]] == [None] * 8


def test_case_19_functions_that_call_are_collected(agent, library):
    def calls():
        namespace = {"__name__": "made"}
        exec(compile("def made(call):\n    call()\n", str(SAMPLES / "made.py"), "exec"), namespace)
        namespace["made"](library.call)
        return weakref.ref(namespace["made"].__code__)

    made = [calls() for _ in range(20)]
    gc.collect()

    assert [[found.function for found in origin] for origin in agent.origins()] == [["made.made"]] * 20
    assert [reference() for reference in made] == [None] * 20


def test_case_20_capture_may_stop_and_start_again_during_a_call(agent, library):
    def switches(call):
        call()
        house.uninstall()
        call()
        house.install(agent.provider, settings=agent.settings)
        call()

    sample.middleware(switches, library.call)

    place = [frame("exit_shapes", "middleware", "middleware")]
    assert agent.origins() == [place, [], place]


def test_case_20_capture_may_stop_and_start_again_during_a_request(program):
    def stops():
        house.uninstall()
        return "stopped"

    def starts():
        house.install(program.provider, settings=program.settings)
        return "started"

    app = program.flask(case_web.flask_app(plain=case_web.plain, stops=stops, starts=starts))

    assert program.ask(app, "/plain", "/stops", "/plain", "/starts", "/plain") == [200] * 5

    plain = entry_at(case_web, "plain")
    found = program.entries()
    assert (found[0], *found[2:]) == (plain, None, None, plain)


def test_case_20_off_leaves_nothing_behind(not_samples):
    """No hook in a framework, no processor on the provider, no finder, no thread: what is not there costs nothing."""

    def everything():
        modules = [sys.modules[name] for framework in FRAMEWORKS for name in framework.modules if name in sys.modules]
        assert {"flask.app", "django.core.handlers.base", "starlette.routing"} <= {
            module.__name__ for module in modules
        }
        held = {
            (module.__name__, owner.__name__, name): value
            for module in modules
            for owner in [module, *(thing for thing in vars(module).values() if type(thing) is type)]
            for name, value in vars(owner).items()
        }
        return held, list(sys.meta_path), sys.gettrace(), sys.getprofile(), set(threading.enumerate())

    program = Program(exclude=not_samples)
    before, processors = everything(), program.provider._active_span_processor._span_processors
    with program:
        program.ask(program.flask(case_web.flask_app(plain=case_web.plain)), "/plain")
        while_on = everything()
    after = everything()

    changed = {place for place, value in while_on[0].items() if before[0].get(place) is not value}
    assert ("flask.app", "Flask", "ensure_sync") in changed, "the look at what is there does not see a hook"
    assert {place for place, value in after[0].items() if before[0].get(place) is not value} == set()
    assert after[1:] == before[1:]
    assert program.provider._active_span_processor._span_processors == processors


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_case_21_a_forked_child_goes_on_and_so_does_its_parent(agent, library):
    sample.plain(library.call)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            agent.exporter.clear()
            sample.plain(library.call)
            sample.pulling(library.call)
            os.write(writing, json.dumps([found.line for origin in agent.origins() for found in origin]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        lines = json.loads(told.read())
    os.waitpid(child, 0)
    sample.plain(library.call)

    in_child = [plain_at().line, *(frame("exit_shapes", mark, "x").line for mark in ("generator", "pulling"))]
    assert lines == in_child
    assert agent.origins() == [[plain_at()]] * 2


def test_case_21_threads_that_start_at_once_name_their_own_lines(agent, library):
    barrier = threading.Barrier(8)

    def work(function):
        barrier.wait()
        for _ in range(25):
            with agent.provider.get_tracer("own").start_as_current_span(function.__name__):
                function(library.call)

    functions = [sample.plain, sample.by_partial, sample.twice_on_a_line, sample.two_sites] * 2
    threads = [threading.Thread(target=work, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    spans = agent.exporter.get_finished_spans()
    asked_by = {span.context.span_id: span.name for span in spans if span.kind is SpanKind.INTERNAL}
    named = [(asked_by[span.parent.span_id], frames_of(span)[-1].function) for span in spans if span.parent]
    assert set(named) == {(function.__name__, f"exit_shapes.{function.__name__}") for function in functions}
    assert len(named) == 2 * 25 * (1 + 1 + 2 + 2)


@pytest.fixture(scope="module")
def on_gevents_server():
    """What each walker found on a server of gevent's; in another process, since gevent changes a whole program."""
    needs_package("gevent")
    command = [sys.executable, str(SAMPLES / "case_gevent.py"), *WALKERS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_case_21_greenlets_of_gevents_server_name_their_own_lines(walker, on_gevents_server):
    line = {mark: marked_line(SAMPLES / "case_gevent.py", mark) for mark in ("pays", "paying", "lists", "listing")}

    assert dict(on_gevents_server[walker]) == {
        f"GET /pays {line['pays']}": 10,
        f"GET /lists {line['lists']}": 10,
        f"call {line['paying']}": 10,
        f"call {line['listing']}": 10,
        # Sent to a greenlet of its own: absent, never the hub.
        "call None": 10,
    }


@pytest.mark.skipif(not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this interpreter has its lock")
def test_case_21_a_free_threaded_interpreter_walks_in_python_and_names_its_lines():
    with Agent() as agent:
        sample.plain(Library(agent.provider).call)

        assert agent.installation.walker.startswith("pure Python")
        assert agent.origins() == [[plain_at()]]


def fails(*_):
    raise ZeroDivisionError("a bug of ours")


def test_case_23_an_error_while_an_exit_is_looked_at_is_counted_and_never_raised(walker, monkeypatch, not_samples):
    monkeypatch.setitem(forms.FORMS, "otel", forms.Form(fails, fails, None))
    with Agent(walker=walker, exclude=not_samples) as agent:
        library = Library(agent.provider)
        for _ in range(3):
            sample.plain(library.call)
        sample.recursive(library.call, 20)

        assert agent.origins() == [[]] * 4
        assert agent.failures() == {"span start": 4}


def test_case_23_an_error_while_a_handler_is_looked_at_is_counted_and_never_raised(monkeypatch, not_samples):
    monkeypatch.setitem(forms.FORMS, "otel", forms.Form(fails, fails, None))
    with Program(exclude=not_samples) as program:
        assert program.ask(program.flask(case_web.flask_app(plain=case_web.plain)), "/plain", "/plain") == [200, 200]

        assert program.entries() == [None, None]
        assert program.failures() == {"entry": 2}


def test_case_23_a_file_that_cannot_be_judged_costs_its_origin_and_nothing_else(walker, monkeypatch, not_samples):
    monkeypatch.setattr(Sources, "_judge", fails)
    with Agent(walker=walker, exclude=not_samples) as agent:
        sample.plain(Library(agent.provider).call)

        assert agent.origins() == [[]]
        assert sum(agent.misses().values()) == 1


def test_case_24_views_that_are_tuples_are_passed_over_in_silence(program, caplog, recwarn):
    def view(request):
        return HttpResponse("ok")

    urls = types.ModuleType("case_24_urls")
    assert entry_django.settings.configured
    # As django.contrib.admin's `site.urls`: patterns, application and namespace.
    urls.urlpatterns = [path("admin/", ([path("view", case_web.django_view), path("own", view)], "admin", "admin"))]
    sys.modules[urls.__name__] = urls
    DjangoInstrumentor().instrument(tracer_provider=program.provider)
    try:
        with django.test.override_settings(ROOT_URLCONF=urls.__name__):
            client = django.test.Client()
            assert [client.get(f"/admin/{name}").status_code for name in ("view", "own", "nothing")] == [200, 200, 404]
    finally:
        DjangoInstrumentor().uninstrument()
        del sys.modules[urls.__name__]

    assert program.entries() == [entry_at(case_web, "django_view"), None, None]
    ours = [record for record in caplog.records if record.name.startswith("spanorigin")]
    assert (ours, [warning for warning in recwarn if "spanorigin" in str(warning.filename)]) == ([], [])


def test_case_24_a_tuple_that_is_announced_as_a_handler_is_a_miss_and_no_more(program):
    with program.provider.get_tracer("x").start_as_current_span("request", kind=SpanKind.SERVER):
        house._Process.running.recorder.on_handler(([], "admin", "admin"), "GET")

    assert (program.entries(), program.misses()) == ([None], {"handler-not-users-own": 1})
