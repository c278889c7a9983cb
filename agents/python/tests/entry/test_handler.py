"""From what a framework holds to the user's own function, without running any of the user's code."""

import entry_handlers as sample
import pytest
from entry_support import SAMPLES, marked_line
from spanorigin.model import Refusal
from spanorigin.origin.definition import def_line
from spanorigin.origin.handler import user_function

FILE = SAMPLES / "entry_handlers.py"


def is_users(file_name):
    return file_name == str(FILE)


def resolved(handler, verb=None):
    found = user_function(handler, verb, is_users)
    assert not isinstance(found, Refusal), found
    return found


@pytest.mark.parametrize(
    ("handler", "mark"),
    [
        (sample.plain, "plain"),
        (sample.coroutine, "coroutine"),
        (sample.wrapped, "wrapped"),
        (sample.wrapped_without_wraps, "wrapped_without_wraps"),
        (sample.wrapped_with_request, "wrapped_with_request"),
        (sample.wrapped_async, "wrapped_async"),
        (sample.wrapped_by_object, "wrapped_by_object"),
        (sample.wrapped_by_wrapt, "wrapped_by_wrapt"),
        (sample.cached, "cached"),
        (sample.anonymous, "anonymous"),
        (sample.decorated_lambda, "decorated_lambda"),
        (sample.one_liner, "one_liner"),
        (sample.only_a_docstring, "only_a_docstring"),
        (sample.partial, "plain"),
        (sample.nested, "nested"),
        (sample.looping, "looping"),
        (sample.Controller().method, "method"),
        (sample.Controller.static, "static"),
        (sample.Controller.of_class, "of_class"),
        (vars(sample.Controller)["static"], "static"),
        (vars(sample.Controller)["of_class"], "of_class"),
        (sample.Controller().decorated, "decorated"),
        (sample.Callable_(), "callable_object"),
        (sample.Callable_().__call__, "callable_object"),
        (sample.Hostile(), "hostile"),
        (sample.namespace, "plain"),
    ],
    # The mark alone: a handler of its own class would be named by its address.
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_handler_in_disguise_leads_to_the_line_of_its_def(handler, mark):
    assert def_line(resolved(handler)) == marked_line(FILE, mark)


def test_decorators_over_several_lines_are_not_the_def():
    expected = FILE.read_text().splitlines().index("async def stacked(") + 1

    found = resolved(sample.stacked)

    assert def_line(found) == expected
    assert found.__code__.co_firstlineno < expected


@pytest.mark.parametrize("name", ["made", "made_of_two"])
def test_a_handler_made_by_a_factory_is_itself_and_not_the_helper_it_holds(name):
    assert def_line(resolved(getattr(sample, name))) == marked_line(FILE, name)


@pytest.mark.parametrize(
    ("owner", "verb", "mark"),
    [
        (sample.Verbs, "get", "verb_get"),
        (sample.Verbs, "head", "verb_get"),
        (sample.Verbs, "post", "verb_post"),
        (sample.InheritedVerbs, "get", "verb_get"),
        (sample.InheritedVerbs, "delete", "verb_delete"),
        (sample.HostileVerbs, "get", "hostile_get"),
    ],
)
def test_a_class_answers_with_the_method_of_the_verb(owner, verb, mark):
    assert def_line(resolved(owner, verb)) == marked_line(FILE, mark)


@pytest.mark.parametrize(
    ("handler", "verb", "reason"),
    [
        (sample.Verbs, "put", "verb-without-method"),
        (sample.Verbs, None, "verb-without-method"),
        (len, None, "handler-not-users-own"),
        (sample.tuple_of_urls, None, "handler-not-users-own"),
        (None, None, "handler-not-users-own"),
        (sample.functools.update_wrapper, None, "handler-not-users-own"),
        (sample.functools.partial(print), None, "handler-not-users-own"),
    ],
)
def test_what_leads_to_no_function_of_the_users_is_refused_with_a_reason(handler, verb, reason):
    found = user_function(handler, verb, is_users)

    assert isinstance(found, Refusal)
    assert found.reason == reason
    assert found.words


def test_no_code_of_the_users_runs_while_a_handler_is_resolved():
    sample.RAN.clear()

    user_function(sample.Hostile(), "get", is_users)
    user_function(sample.HostileVerbs, "get", is_users)

    assert sample.RAN == []


def test_a_chain_without_end_ends():
    class Endless:
        __slots__ = ("__wrapped__", "rest")

    first = current = Endless()
    for _ in range(10_000):
        current.__wrapped__ = Endless()
        current = current.__wrapped__

    assert isinstance(user_function(first, None, is_users), Refusal)


def test_a_users_function_that_wraps_a_librarys_is_the_origin_itself():
    wraps_library = sample.wrapping(sample.functools.update_wrapper)

    assert resolved(wraps_library) is wraps_library


def test_without_the_source_the_line_is_that_of_the_first_decorator():
    space = {"bare": sample.bare}
    exec(compile("@bare\ndef gone():\n    pass\n", "/nowhere/gone.py", "exec"), space)

    found = user_function(space["gone"], None, lambda name: name == "/nowhere/gone.py")

    assert def_line(found) == 1
