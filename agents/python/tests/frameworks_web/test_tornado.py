"""Entry origins of Tornado, behind its real instrumentation and its own server."""

import logging

import pytest
import web_tornado as sample
from entry_support import ask, open_websocket, origin_of
from opentelemetry.instrumentation.tornado import TornadoInstrumentor
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from web_support import assert_stack_is_without_us, loop_in_a_thread, marked_origin


@pytest.fixture(scope="module")
def address(capture):
    TornadoInstrumentor().instrument(tracer_provider=capture.provider)
    sample.tracer = capture.provider.get_tracer("sample")
    logging.getLogger("tornado").setLevel(logging.CRITICAL)
    with loop_in_a_thread() as run:
        listening, port = bind_unused_port()

        async def start():
            server = HTTPServer(sample.application())
            server.add_socket(listening)
            return server

        async def stop(server):
            server.stop()
            await server.close_all_connections()

        server = run(start())
        yield f"http://127.0.0.1:{port}"
        run(stop(server))
    TornadoInstrumentor().uninstrument()


@pytest.mark.parametrize(
    ("method", "path", "status", "mark", "function"),
    [
        ("GET", "/plain/3", 200, "plain_get", "Plain.get"),
        ("POST", "/plain/3", 200, "plain_post", "Plain.post"),
        ("PUT", "/plain/3", 200, "plain_put", "Plain.put"),
        ("DELETE", "/plain/3", 500, "plain_delete", "Plain.delete"),
        ("PATCH", "/plain/3", 404, "plain_patch", "Plain.patch"),
        ("GET", "/inherits/3", 200, "plain_get", "Plain.get"),
        ("HEAD", "/inherits/3", 200, "inherits_head", "Inherits.head"),
        ("GET", "/asks?user=me", 200, "asks_get", "Asks.get"),
        ("GET", "/asks", 302, "asks_get", "Asks.get"),
        ("GET", "/prepares", 200, "prepares_get", "Prepares.get"),
        ("PUT", "/streams", 200, "streams_put", "Streams.put"),
        ("GET", "/files/web_tornado.py", 200, "files", "Files.get"),
    ],
)
def test_a_request_names_the_method_of_the_verb(capture, address, method, path, status, mark, function):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) == marked_origin(sample, mark, function)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("HEAD", "/plain/3", 405),
        ("OPTIONS", "/plain/3", 405),
        ("GET", "/streams", 405),
        ("GET", "/moved", 301),
        ("GET", "/prepares?early=1", 200),
    ],
)
def test_a_request_that_no_method_of_the_users_answers_has_no_origin(capture, address, method, path, status):
    answer, _ = ask(address + path, method)

    assert answer == status
    assert origin_of(capture.entry_span()) is None


def test_a_websocket_names_the_method_that_takes_its_messages(capture, address):
    open_websocket(address + "/chat")

    assert origin_of(capture.entry_span()) == marked_origin(sample, "chat", "Chat.on_message")


def test_the_users_own_span_within_is_not_tagged(capture, address):
    ask(address + "/plain/3", "POST")

    _, others = capture.request()
    assert [(span.name, origin_of(span)) for span in others] == [("by hand", None)]


def test_nothing_of_ours_is_on_the_stack_of_a_handler(address):
    ask(address + "/plain/3", "DELETE")

    assert_stack_is_without_us(sample)
