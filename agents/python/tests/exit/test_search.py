"""Exit origins of Elasticsearch's and OpenSearch's clients, against a server that answers as theirs do.

Elasticsearch's client makes spans of its own, which are internal ones. The CLIENT spans are those of the HTTP library
that both stand on, through its instrumentation.
"""

import asyncio
import http.server
import json
import threading

import exit_search as sample
import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch
from exit_support import frame
from opensearchpy import OpenSearch
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
from opentelemetry.trace import SpanKind

CLIENTS = {"elasticsearch": Elasticsearch, "opensearch": OpenSearch}


class _Answering(http.server.BaseHTTPRequestHandler):
    """No cluster, but HTTP as a cluster speaks it; the product header is what Elasticsearch's client insists on."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = {"hits": {"hits": [{"_id": "1"}]}} if self.path.endswith("_search") else {"result": "created"}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", self.headers.get("Accept") or "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PUT = do_GET = do_POST

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def at(mark, function):
    return frame("exit_search", mark, function)


@pytest.mark.parametrize("client", CLIENTS)
def test_the_http_call_of_a_client_names_the_line_that_asked(agent, instrumented, address, client):
    instrumented(URLLib3Instrumentor)
    with CLIENTS[client](address) as made:
        for _ in range(2):
            assert sample.by_client(made) == [{"_id": "1"}]

    assert agent.origins() == [[at("index", "by_client")], [at("search", "by_client")]] * 2


def test_the_http_call_of_the_awaited_client_names_the_awaiting_line(agent, instrumented, address):
    instrumented(AioHttpClientInstrumentor)

    async def work():
        async with AsyncElasticsearch(address) as client:
            for _ in range(2):
                assert await sample.by_async_client(client) == [{"_id": "1"}]

    asyncio.run(work())

    assert agent.origins() == [[at("async-search", "by_async_client")]] * 2


def test_elasticsearchs_own_spans_are_internal_ones_and_so_have_no_origin(agent, address):
    """A canary: once they become CLIENT spans, docs/frameworks.md has more to promise."""
    from elasticsearch._otel import OpenTelemetry

    with Elasticsearch(address) as client:
        client._otel = OpenTelemetry(enabled=True, tracer=agent.provider.get_tracer("elasticsearch-api"))
        client.search(index="shop")

    [kind] = {span.kind for span in agent.exporter.get_finished_spans()}
    assert kind is SpanKind.INTERNAL
    assert agent.origins(SpanKind.INTERNAL) == [[]]
