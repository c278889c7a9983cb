"""Hooks go in whenever a framework is loaded, come out whole, and harm no import."""

import importlib
import importlib.util
import inspect
import pickle
import sys

import flask.app
import pytest
import starlette.routing
from spanorigin import frameworks
from spanorigin.frameworks.imports import watch_imports


@pytest.fixture
def module_folder(tmp_path, monkeypatch):
    """A folder to import modules from, which are forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_detaching_puts_back_every_method_and_takes_the_finder_away():
    methods = (flask.app.Flask.ensure_sync, starlette.routing.Route.handle, starlette.routing.Mount.handle)
    finders = list(sys.meta_path)

    detach = frameworks.install_all(lambda handler, verb: None)
    assert flask.app.Flask.ensure_sync is not methods[0]
    detach()
    detach()

    assert (flask.app.Flask.ensure_sync, starlette.routing.Route.handle, starlette.routing.Mount.handle) == methods
    assert sys.meta_path == finders


def test_a_hook_that_someone_else_wrapped_stays_and_carries_nothing(monkeypatch):
    seen = []
    # Put back at the end, whatever is in place by then.
    monkeypatch.setattr(flask.app.Flask, "ensure_sync", flask.app.Flask.ensure_sync)
    detach = frameworks.install_all(lambda handler, verb: seen.append(handler))
    ours = flask.app.Flask.ensure_sync
    flask.app.Flask.ensure_sync = lambda self, func: ours(self, func)

    detach()

    app = flask.Flask("a")
    app.add_url_rule("/", view_func=lambda: "ok")
    assert app.test_client().get("/").data == b"ok"
    assert seen == []


def test_installing_again_while_the_first_is_in_place_announces_to_both():
    first, second = [], []
    app = flask.Flask("a")
    app.add_url_rule("/", "view", view_func=lambda: "ok")

    detach_first = frameworks.install_all(lambda handler, verb: first.append(verb))
    detach_second = frameworks.install_all(lambda handler, verb: second.append(verb))
    app.test_client().get("/")
    detach_second()
    app.test_client().get("/")
    detach_first()
    app.test_client().get("/")

    assert (first, second) == (["GET", "GET"], ["GET"])


def test_a_module_imported_later_reports_once_it_is_whole(module_folder):
    (module_folder / "later_one.py").write_text("VALUE = 1\n")
    seen = []

    # What loads it without us: other packages of this environment bring loaders of their own.
    usual = importlib.util.find_spec("later_one").loader

    unwatch = watch_imports({"later_one": lambda module: seen.append(module.VALUE)}, seen.append)
    module = importlib.import_module("later_one")
    unwatch()

    assert seen == [1]
    assert type(module.__loader__) is type(usual)
    assert "exec_module" not in vars(module.__loader__)
    assert module.__spec__.loader is module.__loader__


def test_a_module_that_is_loaded_already_reports_at_once():
    seen = []

    watch_imports({"json": seen.append}, seen.append)()

    assert seen == [sys.modules["json"]]


def test_a_module_that_fails_to_load_fails_as_without_us(module_folder):
    (module_folder / "broken_one.py").write_text("raise LookupError('its own')\n")
    seen = []

    unwatch = watch_imports({"broken_one": seen.append}, seen.append)
    with pytest.raises(LookupError, match="its own"):
        importlib.import_module("broken_one")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_module_anywhere")
    unwatch()

    assert seen == []


def test_an_error_of_a_hook_goes_to_us_and_not_into_the_import(module_folder):
    (module_folder / "fine_one.py").write_text("")
    failures = []

    def fails(module):
        raise RuntimeError

    unwatch = watch_imports({"fine_one": fails}, failures.append)
    importlib.import_module("fine_one")
    unwatch()

    assert [type(failure) for failure in failures] == [RuntimeError]


def test_two_watches_and_a_reload_each_report(module_folder):
    (module_folder / "twice_one.py").write_text("")
    first, second = [], []

    unwatch = watch_imports({"twice_one": first.append}, first.append)
    unwatch_second = watch_imports({"twice_one": second.append}, second.append)
    module = importlib.import_module("twice_one")
    importlib.reload(module)
    unwatch()
    unwatch_second()

    assert (len(first), len(second)) == (2, 2)


def view_at_the_top(request):
    return request


def test_a_handler_keeps_identity_signature_source_and_picklability():
    before = (inspect.signature(view_at_the_top), inspect.getsourcelines(view_at_the_top), view_at_the_top.__code__)
    detach = frameworks.install_all(lambda handler, verb: None)
    app = flask.Flask("a")
    app.add_url_rule("/<request>", view_func=view_at_the_top)

    assert app.test_client().get("/x").data == b"x"

    assert app.view_functions["view_at_the_top"] is view_at_the_top
    assert pickle.loads(pickle.dumps(view_at_the_top)) is view_at_the_top
    after = (inspect.signature(view_at_the_top), inspect.getsourcelines(view_at_the_top), view_at_the_top.__code__)
    assert after == before
    detach()
