"""Further shapes of calls, where a line is easily taken for another one: statements, protocols, class bodies."""

import asyncio
import contextlib
import functools

from calls_shapes import ONE, connection


# fmt: off
def in_a_chain_of_arguments(at):
    return max(
        0,
        min(
            connection.execute(ONE).scalar(),  # <- exit in_a_chain_of_arguments: in_a_chain_of_arguments
            9,
        ),
    )


def in_a_dictionary(at):
    return {
        "a": 1,
        "b": connection.execute(ONE),  # <- exit in_a_dictionary: in_a_dictionary
        "c": 3,
    }


def in_a_text(at):
    return (
        "a"
        f"{connection.execute(ONE).scalar()}"  # <- exit in_a_text: in_a_text
    )


def on_each_side(at):
    return (
        connection.execute(ONE).scalar()  # <- exit on_each_side: on_each_side
        +
        connection.execute(ONE).scalar()  # <- exit on_each_side: on_each_side
    )


def under_a_decorator_with_arguments(at):
    @functools.wraps(
        connection.execute(ONE)  # <- exit under_a_decorator_with_arguments: under_a_decorator_with_arguments
    )
    def never():
        pass
# fmt: on


def in_a_walrus(at):
    while (found := connection.execute(ONE).scalar()) != 1:  # <- exit in_a_walrus: in_a_walrus
        assert found


def in_an_assertion(at):
    assert connection.execute(ONE).scalar() == 1  # <- exit in_an_assertion: in_an_assertion


def in_a_match(at):
    match connection.execute(ONE).scalar():  # <- exit in_a_match: in_a_match
        case 1:
            connection.execute(ONE)  # <- exit in_a_match: in_a_match


def in_an_else(at):
    try:
        pass
    except ValueError:
        pass
    else:
        connection.execute(ONE)  # <- exit in_an_else: in_an_else


def in_a_default(at):
    def never(found=connection.execute(ONE)):  # <- exit in_a_default: in_a_default
        pass


def in_a_class_body(at):
    class Made:
        found = connection.execute(ONE)  # <- exit in_a_class_body: in_a_class_body.<locals>.Made


def after_an_error(at):
    with contextlib.suppress(KeyError):
        raise KeyError
    connection.execute(ONE)  # <- exit after_an_error: after_an_error


def by_yield_from(at):
    list(_outer())


def _outer():
    yield from _inner()


def _inner():
    yield 0
    yield connection.execute(ONE)  # <- exit by_yield_from: _inner


class Protocols:
    def __enter__(self):
        connection.execute(ONE)  # <- exit in_enter_and_exit: Protocols.__enter__

    def __exit__(self, *_):
        connection.execute(ONE)  # <- exit in_enter_and_exit: Protocols.__exit__

    def __iter__(self):
        return self

    def __next__(self):
        connection.execute(ONE)  # <- exit in_next: Protocols.__next__
        raise StopIteration

    @functools.cached_property
    def once(self):
        return connection.execute(ONE)  # <- exit in_a_cached_property: Protocols.once

    def __get__(self, *_):
        return connection.execute(ONE)  # <- exit in_a_descriptor: Protocols.__get__

    def __init_subclass__(cls):
        connection.execute(ONE)  # <- exit in_a_subclass: Protocols.__init_subclass__

    @functools.singledispatchmethod
    def dispatched(self, value):
        pass

    @dispatched.register
    def _(self, value: int):
        connection.execute(ONE)  # <- exit by_dispatch: Protocols._

    async def __aenter__(self):
        await asyncio.sleep(0)
        connection.execute(ONE)  # <- exit in_aenter: Protocols.__aenter__

    async def __aexit__(self, *_):
        pass

    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        connection.execute(ONE)  # <- exit in_await: Protocols.__await__


def in_enter_and_exit(at):
    with Protocols():
        pass


def in_next(at):
    for _ in Protocols():
        pass


def in_a_cached_property(at):
    thing = Protocols()
    return thing.once, thing.once


def in_a_descriptor(at):
    class Holder:
        thing = Protocols()

    return Holder().thing


def in_a_subclass(at):
    class _Below(Protocols):
        pass


def by_dispatch(at):
    Protocols().dispatched(1)


async def in_aenter(at):
    async with Protocols():
        pass


async def in_await(at):
    await Protocols()


@functools.lru_cache
def _cached(_):
    return connection.execute(ONE)  # <- exit in_a_cached_function: _cached


def in_a_cached_function(at):
    _cached(object())


async def in_an_own_executor_call(at):
    await asyncio.get_running_loop().run_in_executor(None, _in_an_executor)


def _in_an_executor():
    connection.execute(ONE)  # <- exit in_an_own_executor_call: _in_an_executor


async def with_a_timeout(at):
    await asyncio.wait_for(_timed(), 5)


async def _timed():
    await asyncio.sleep(0)
    connection.execute(ONE)  # <- exit with_a_timeout: _timed


async def shielded(at):
    await asyncio.shield(_timed_too())


async def _timed_too():
    await asyncio.sleep(0)
    connection.execute(ONE)  # <- exit shielded: _timed_too


async def as_completed(at):
    for done in asyncio.as_completed([_one_of_many(), _one_of_many()]):
        await done


async def _one_of_many():
    await asyncio.sleep(0)
    connection.execute(ONE)  # <- exit as_completed: _one_of_many
