"""Entry origins of gRPC servicers, behind their real instrumentation, real servers and real channels."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import grpc.aio
import pytest
import web_grpc as sample
from entry_support import origin_of
from opentelemetry.instrumentation.grpc import aio_server_interceptor, server_interceptor
from web_support import assert_stack_is_without_us, loop_in_a_thread, marked_origin


@pytest.fixture(scope="module")
def channel(capture):
    traced = server_interceptor(tracer_provider=capture.provider)
    server = grpc.server(ThreadPoolExecutor(4), interceptors=(traced, sample.Early()))
    sample.add_generic(sample.Shop(), server, "generic.Shop")
    sample.add_registered(sample.Shop(), server, "registered.Shop")
    server.add_generic_rpc_handlers((sample.Generic(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as made:
        yield made
    server.stop(None).wait()


@pytest.fixture(scope="module", params=["alone", "among interceptors"])
def aio_channel(request, capture):
    interceptors = [aio_server_interceptor(tracer_provider=capture.provider)]
    if request.param != "alone":
        interceptors += [sample.AioEarly(), sample.AioEarly()]
    with loop_in_a_thread() as run:

        async def start():
            server = grpc.aio.server(interceptors=interceptors)
            sample.add_generic(sample.AioShop(), server, "generic.Shop")
            sample.add_registered(sample.AioShop(), server, "registered.Shop")
            port = server.add_insecure_port("127.0.0.1:0")
            await server.start()
            return server, port

        server, port = run(start())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as made:
            yield made
        run(server.stop(None))


def call(channel, method, metadata=()):
    """What the method answers, or the status it ends with; streams are read to their end."""
    name = method.rpartition("/")[2]
    asks = iter([b"a", b"b"]) if name in ("Collects", "Chats") else b"a"
    arity = {"Streams": "unary_stream", "Collects": "stream_unary", "Chats": "stream_stream"}.get(name, "unary_unary")
    try:
        answer = getattr(channel, arity)(method)(asks, timeout=20, metadata=metadata)
        return answer if type(answer) is bytes else list(answer)
    except grpc.RpcError as error:
        return error.code()


@pytest.mark.parametrize("service", ["generic.Shop", "registered.Shop"])
@pytest.mark.parametrize(
    ("method", "answer", "mark"),
    [
        ("Pay", b"a", "pay"),
        ("Decorated", b"a", "decorated"),
        ("Raises", grpc.StatusCode.UNKNOWN, "raises"),
        ("Aborts", grpc.StatusCode.NOT_FOUND, "aborts"),
        ("Streams", [b"a", b"a"], "streams"),
        ("Collects", b"ab", "collects"),
        ("Chats", [b"a", b"b"], "chats"),
    ],
)
def test_a_call_names_the_servicers_method_and_no_interceptor(capture, channel, service, method, answer, mark):
    answered = call(channel, f"/{service}/{method}")

    assert answered == answer
    assert origin_of(capture.entry_span()) == marked_origin(sample, mark, f"Shop.{method}")


@pytest.mark.parametrize("service", ["generic.Shop", "registered.Shop"])
@pytest.mark.parametrize(
    ("method", "answer", "mark"),
    [
        ("Pay", b"a", "aio_pay"),
        ("Raises", grpc.StatusCode.UNKNOWN, "aio_raises"),
        ("Aborts", grpc.StatusCode.NOT_FOUND, "aio_aborts"),
        ("Streams", [b"a", b"a"], "aio_streams"),
        ("Collects", b"ab", "aio_collects"),
        ("Chats", [b"a", b"b"], "aio_chats"),
    ],
)
def test_a_call_of_an_asyncio_server_names_the_servicers_method(capture, aio_channel, service, method, answer, mark):
    answered = call(aio_channel, f"/{service}/{method}")

    assert answered == answer
    assert origin_of(capture.entry_span()) == marked_origin(sample, mark, f"AioShop.{method}")


def test_a_generic_handler_of_the_users_own_names_the_function_it_chose(capture, channel):
    assert call(channel, "/generic.Service/Function") == b"a"

    assert origin_of(capture.entry_span()) == marked_origin(sample, "a_function", "a_function")


def test_a_call_that_an_interceptor_answers_has_no_origin_even_after_one_that_had(capture, channel):
    call(channel, "/generic.Shop/Pay")
    capture.entry_span()

    assert call(channel, "/generic.Shop/Pay", metadata=(("early", "1"),)) == b"early"

    assert origin_of(capture.entry_span()) is None


@pytest.mark.parametrize("aio_channel", ["among interceptors"], indirect=True)
@pytest.mark.parametrize("service", ["generic.Shop", "registered.Shop"])
def test_a_call_that_an_asyncio_interceptor_answers_has_no_origin(capture, aio_channel, service):
    call(aio_channel, f"/{service}/Pay")
    capture.entry_span()

    assert call(aio_channel, f"/{service}/Pay", metadata=(("early", "1"),)) == b"early"

    assert origin_of(capture.entry_span()) is None


def test_nothing_of_ours_is_on_the_stack_of_a_servicer(channel, aio_channel):
    call(channel, "/generic.Shop/Raises")
    assert_stack_is_without_us(sample)

    call(aio_channel, "/registered.Shop/Raises")
    assert_stack_is_without_us(sample)
