"""Exit origins of gRPC's clients, through OpenTelemetry's interceptors and against a real server."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import exit_grpc as sample
import grpc
import grpc.aio
import pytest
from exit_support import frame
from opentelemetry.instrumentation.grpc import aio_client_interceptors, client_interceptor
from opentelemetry.instrumentation.grpc.grpcext import intercept_channel


class _Shop(grpc.GenericRpcHandler):
    """Answers a method by its arity."""

    def service(self, call):
        return {
            "/shop.Shop/Pay": grpc.unary_unary_rpc_method_handler(lambda asked, _: asked),
            "/shop.Shop/List": grpc.unary_stream_rpc_method_handler(lambda asked, _: iter([asked, asked])),
            "/shop.Shop/Collect": grpc.stream_unary_rpc_method_handler(lambda asked, _: b"".join(asked)),
        }[call.method]


@pytest.fixture(scope="module")
def address():
    server = grpc.server(ThreadPoolExecutor(4), handlers=(_Shop(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture
def channel(agent, address):
    with grpc.insecure_channel(address) as made:
        yield intercept_channel(made, client_interceptor(tracer_provider=agent.provider))


def awaited(agent, address, function):
    """What a coroutine function of the sample gives for a channel of its own, twice."""

    async def work():
        interceptors = aio_client_interceptors(tracer_provider=agent.provider)
        async with grpc.aio.insecure_channel(address, interceptors=interceptors) as channel:
            return [await function(channel) for _ in range(2)]

    return asyncio.run(work())


def at(mark, function):
    return frame("exit_grpc", mark, function)


@pytest.mark.parametrize(
    ("function", "answer"),
    [("unary", b"a"), ("future", b"a"), ("streamed", [b"a", b"a"]), ("collected", b"ab")],
)
def test_a_call_names_its_line(agent, channel, function, answer):
    for _ in range(2):
        assert getattr(sample, function)(channel) == answer

    assert agent.origins() == [[at(function, function)]] * 2


def test_a_stub_that_is_called_over_several_lines_names_the_calling_one(agent, channel):
    client = sample.Client(channel)

    assert [client.order(), client.order()] == [b"a", b"a"]

    assert agent.origins() == [[at("stub", "Client.order")]] * 2


def test_an_awaited_call_names_the_awaiting_line(agent, address):
    assert awaited(agent, address, sample.awaited_through) == [b"a"] * 2

    assert agent.origins() == [[at("aio-unary", "unary_awaited"), at("aio-unary-caller", "awaited_through")]] * 2


def test_an_awaited_stream_has_no_origin(agent, address):
    """gRPC begins it in a task of its own, and what an asynchronous generator awaits cannot be seen from outside."""
    assert awaited(agent, address, sample.streamed_awaited) == [[b"a", b"a"]] * 2

    assert agent.origins() == [[]] * 2


@pytest.mark.parametrize("function", [sample.gathered, sample.called_first_awaited_later])
def test_calls_that_begin_before_they_are_awaited_have_no_origin(agent, address, function):
    """gRPC begins each in a task of its own, as soon as it is called; nobody waits for that task yet."""
    assert b"a" in awaited(agent, address, function)[0]

    assert set(map(tuple, agent.origins())) == {()}
