"""Exit origins of pymongo, blocking and asyncio: the real client, its real instrumentation, over MongoDB's protocol.

MongoDB is not in Debian 12 and not on the registries; SecantusDB speaks its protocol and is a server of its own.
"""

import asyncio
import sys
from pathlib import Path

import exit_mongodb as sample
import pymongo
import pytest
from exit_services import free_port, running
from exit_support import frame, frames_of
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor


@pytest.fixture(scope="module")
def port():
    port = free_port()
    server = Path(sys.executable).with_name("secantusd-py")
    with running([server, "--port", str(port), "--storage-path", ":memory:", "--standalone"], port):
        yield port


@pytest.fixture
def listened_to(instrumented):
    """pymongo keeps a listener for good, and the instrumentation keeps to its first one: it is made to forget it."""
    instrumented(PymongoInstrumentor)
    yield
    PymongoInstrumentor()._commandtracer_instance.is_enabled = False
    PymongoInstrumentor()._commandtracer_instance = None


@pytest.fixture
def items(agent, listened_to, port):
    """An empty collection of a client that is instrumented."""
    with pymongo.MongoClient("127.0.0.1", port) as client:
        client.drop_database("shop")
        agent.forget()
        yield client.shop.items


def at(mark, function):
    return frame("exit_mongodb", mark, function)


def by_command(agent):
    """The last user frames by command, in the order of the spans."""
    return [(span.name.rpartition(".")[2], frames_of(span)) for span in agent.spans()]


def test_the_commands_of_a_collection_name_their_lines(agent, items):
    assert sample.by_collection(items) == "tea"

    assert [frames for _, frames in by_command(agent)] == [
        [at("insert", "by_collection")],
        [at("insert-many", "by_collection")],
        [at("find-one", "by_collection")],
        [at("delete", "by_collection")],
    ]


def test_a_cursor_names_the_line_that_iterates_for_each_of_its_batches(agent, items):
    sample.by_collection(items)
    agent.forget()

    assert len(sample.by_cursor(items)) == 28

    found = by_command(agent)
    assert len(found) == 3
    assert {frames[-1] for _, frames in found} == {at("iterate", "by_cursor")}


def test_a_pipeline_names_its_line(agent, items):
    sample.by_collection(items)
    agent.forget()

    assert [item["name"] for item in sample.by_pipeline(items)] == ["tea"]

    assert [frames for _, frames in by_command(agent)] == [[at("aggregate", "by_pipeline")]]


def test_awaited_commands_name_the_awaiting_lines(agent, listened_to, port):
    async def work():
        async with pymongo.AsyncMongoClient("127.0.0.1", port) as client:
            await client.drop_database("shop")
            agent.forget()
            assert await sample.by_collection_async(client.shop.items) == "tea"
            assert await sample.by_cursor_async(client.shop.items) == [1]
            return [frames for _, frames in by_command(agent)]

    insert, find, iterate = asyncio.run(work())

    assert insert == [at("async-insert", "by_collection_async")]
    assert find == [at("async-found", "found"), at("async-found-caller", "by_collection_async")]
    assert iterate[-1] == at("async-iterate", "by_cursor_async")
