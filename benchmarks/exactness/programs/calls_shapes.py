"""Every shape that a call can have in a user's code, by one client: sqlite3 through SQLAlchemy."""

import asyncio
import contextlib
import functools
import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
connection = engine.connect()
ONE = text("select 1")


def two_calls_in_a_line(at):
    return connection.execute(ONE), connection.execute(ONE)  # <- exit two_calls_in_a_line: two_calls_in_a_line


def first_and_second(at):
    connection.execute(ONE)  # <- exit first_and_second: first_and_second
    connection.execute(ONE)  # <- exit first_and_second: first_and_second


# fmt: off
def among_arguments(at):
    _keep(
        1,
        connection.execute(ONE),  # <- exit among_arguments: among_arguments
        2,
    )
# fmt: on


def _keep(*values):
    return values


def in_a_loop(at):
    for _ in range(3):
        connection.execute(ONE)  # <- exit in_a_loop: in_a_loop


def in_a_condition(at):
    if connection.execute(ONE).scalar() == 1 and at:  # <- exit in_a_condition: in_a_condition
        pass


def in_a_with(at):
    with contextlib.closing(connection.execute(ONE)):  # <- exit in_a_with: in_a_with
        pass


def in_a_lambda(at):
    # fmt: off
    ask = (
        lambda: connection.execute(ONE)  # <- exit in_a_lambda: in_a_lambda.<locals>.<lambda>
    )
    # fmt: on
    ask()


def by_a_partial(at):
    ask = functools.partial(connection.execute, ONE)
    ask()  # <- exit by_a_partial: by_a_partial


def by_map(at):
    list(map(connection.execute, [ONE]))  # <- exit by_map: by_map


def _rows():
    yield connection.execute(ONE)  # <- exit in_a_generator: _rows


def in_a_generator(at):
    for _ in _rows():
        pass


@contextlib.contextmanager
def _managed():
    connection.execute(ONE)  # <- exit in_a_context_manager: _managed
    yield


def in_a_context_manager(at):
    with _managed():
        pass


def _logged(function):
    @functools.wraps(function)
    def logged(*args):
        return function(*args)

    return logged


@_logged
def decorated(at):
    connection.execute(ONE)  # <- exit decorated: decorated


def nested(at):
    def inner():
        def innermost():
            connection.execute(ONE)  # <- exit nested: nested.<locals>.inner.<locals>.innermost

        innermost()

    inner()


def recursive(at, depth=20):
    if depth:
        return recursive(at, depth - 1)
    return connection.execute(ONE)  # <- exit recursive: recursive


class Shop:
    def __init__(self):
        connection.execute(ONE)  # <- exit in_a_constructor: Shop.__init__

    @classmethod
    def made(cls):
        connection.execute(ONE)  # <- exit in_a_class_method: Shop.made

    @staticmethod
    def counted():
        connection.execute(ONE)  # <- exit in_a_static_method: Shop.counted

    def __getitem__(self, name):
        return connection.execute(ONE)  # <- exit in_an_item: Shop.__getitem__


class Corner(Shop):
    def __init__(self):
        super().__init__()


def in_a_constructor(at):
    Corner()


def in_a_class_method(at):
    Corner.made()


def in_a_static_method(at):
    Shop.counted()


def in_an_item(at):
    Shop.__new__(Shop)["tea"]


def in_an_exception_handler(at):
    try:
        raise KeyError
    except KeyError:
        connection.execute(ONE)  # <- exit in_an_exception_handler: in_an_exception_handler


def in_a_finally(at):
    try:
        pass
    finally:
        connection.execute(ONE)  # <- exit in_a_finally: in_a_finally


def by_sorting(at):
    sorted([2, 1], key=_key)


def _key(value):
    return connection.execute(ONE).scalar()  # <- exit by_sorting: _key


async def in_a_coroutine(at):
    await _asked()


async def _asked():
    await asyncio.sleep(0)
    connection.execute(ONE)  # <- exit in_a_coroutine: _asked


async def in_an_async_generator(at):
    async for _ in _pulled():
        pass


async def _pulled():
    yield connection.execute(ONE)  # <- exit in_an_async_generator: _pulled


async def in_a_callback(at):
    done = asyncio.Event()

    def call():
        connection.execute(ONE)  # <- exit in_a_callback: in_a_callback.<locals>.call
        done.set()

    asyncio.get_running_loop().call_soon(call)
    await done.wait()


async def in_a_task_group(at):
    await asyncio.gather(_asked_in_a_group(), _asked_in_a_group())


async def _asked_in_a_group():
    await asyncio.sleep(0)
    connection.execute(ONE)  # <- exit in_a_task_group: _asked_in_a_group


async def to_a_thread(at):
    # The library runs in a thread of a pool, with none of the user's code there:
    await asyncio.to_thread(connection.execute, ONE)  # <- exit to_a_thread, or none: to_a_thread


async def own_to_a_thread(at):
    await asyncio.to_thread(_in_a_thread)


def _in_a_thread():
    connection.execute(ONE)  # <- exit own_to_a_thread: _in_a_thread


def in_a_pool(at):
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(connection.execute, ONE)  # <- exit in_a_pool, or none: in_a_pool
        asked.result()


def own_in_a_pool(at):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_in_a_pool).result()


def _in_a_pool():
    connection.execute(ONE)  # <- exit own_in_a_pool: _in_a_pool


def in_a_thread(at):
    thread = threading.Thread(target=connection.execute, args=(ONE,))  # <- exit in_a_thread, or none: in_a_thread
    thread.start()  # <- exit in_a_thread, or none: in_a_thread
    thread.join()


def own_in_a_thread(at):
    thread = threading.Thread(target=_run)
    thread.start()
    thread.join()


def _run():
    connection.execute(ONE)  # <- exit own_in_a_thread: _run


def generated(at):
    # What is written nowhere is nobody's; the line that ran it is the user's.
    exec("connection.execute(ONE)", {"connection": connection, "ONE": ONE})  # <- exit generated: generated


def made_at_run_time(at):
    for _ in range(3):

        def fresh():
            connection.execute(ONE)  # <- exit made_at_run_time: made_at_run_time.<locals>.fresh

        fresh()
