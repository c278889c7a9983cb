"""Exit origins of HTTP clients, through their real instrumentations and against a real server."""

import asyncio
import http.server
import threading

import exit_http as sample
import pytest
from exit_support import frame
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor

INSTRUMENTORS = (AioHttpClientInstrumentor, HTTPXClientInstrumentor, RequestsInstrumentor, URLLib3Instrumentor)


class _Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def agent(shared_agent):
    for instrumentor in INSTRUMENTORS:
        instrumentor().instrument(tracer_provider=shared_agent.provider)
    yield shared_agent
    for instrumentor in INSTRUMENTORS:
        instrumentor().uninstrument()


def at(mark, function):
    return frame("exit_http", mark, function)


def test_requests_names_the_line_of_the_call(agent, address):
    for _ in range(2):
        sample.by_requests(address)

    # requests' own span first; urllib3's instrumentation makes one below it where requests' does not suppress it.
    assert set(map(tuple, agent.origins())) == {(at("requests", "by_requests"),)}


def test_a_session_in_a_method_lists_both_frames(agent, address):
    sample.Shop().order(address)

    expected = (at("session", "Shop._send"), at("session-caller", "Shop.order"))
    assert set(map(tuple, agent.origins())) == {expected}


def test_urllib3_names_the_line_of_the_call(agent, address):
    sample.by_urllib3(address)

    assert agent.origins() == [[at("urllib3", "by_urllib3")]]


def test_httpx_names_the_line_of_the_call(agent, address):
    sample.by_httpx(address)

    assert agent.origins() == [[at("httpx", "by_httpx")]]


def test_httpx_names_the_awaiting_line(agent, address):
    asyncio.run(sample.by_httpx_async_through(address))

    expected = [at("httpx-async", "by_httpx_async"), at("httpx-async-caller", "by_httpx_async_through")]
    assert agent.origins() == [expected]


def test_aiohttp_names_the_awaiting_line(agent, address):
    asyncio.run(sample.by_aiohttp(address))

    assert agent.origins() == [[at("aiohttp", "by_aiohttp")]]


def test_nothing_failed_inside_the_agent(agent):
    assert agent.failures() == {}


@pytest.mark.parametrize("client", ["httpx", "aiohttp"])
def test_calls_gathered_without_a_function_of_ones_own_name_the_gathering_line(agent, address, client):
    for _ in range(2):
        asyncio.run(getattr(sample, f"{client}_gathered")(address))

    assert agent.origins() == [[at(f"{client}-gathered", f"{client}_gathered")]] * 4
