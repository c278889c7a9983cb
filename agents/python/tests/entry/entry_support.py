"""What tests of entry origins share: marks in samples, real servers, and spans with the agent installed."""

import http.client
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from spanorigin import names
from werkzeug.serving import make_server

SAMPLES = Path(__file__).parent.parent / "samples"


def marked_line(file: Path, name: str = "entry") -> int:
    """The one line of `file` that carries the comment `<- name`."""
    lines = file.read_text().splitlines()
    found = [number for number, line in enumerate(lines, 1) if f"<- {name}" in line and _ends(line, name)]
    assert len(found) == 1, f"{file.name} marks {name!r} {len(found)} times"
    return found[0]


def _ends(line: str, name: str) -> bool:
    rest = line.partition(f"<- {name}")[2]
    return not rest or not (rest[0].isalnum() or rest[0] in "_-")


@contextmanager
def serving(app, **options):
    """A WSGI application behind a real server on a free port; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, **options)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving_asgi(app):
    """An ASGI application behind uvicorn on a free port; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def wait_for(condition, seconds=20.0):
    """Come back as soon as `condition()` holds; fail when it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def ask(address, method="GET", headers=None):
    """The status and body of a real HTTP request; redirects are not followed."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def open_websocket(address):
    """Shake hands, and leave at once."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert b" 101 " in connection.recv(4096)


class Capture:
    """Spans of a provider with the agent installed on it."""

    def __init__(self):
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    def entry_span(self):
        """The one SERVER span since the last call; waits for it, since a server answers before it ends its span."""
        return self.request()[0]

    def request(self):
        """The one SERVER span since the last call, and the spans that ended before it."""
        wait_for(self._servers)
        spans = self.exporter.get_finished_spans()
        (server,) = self._servers()
        self.exporter.clear()
        return server, [span for span in spans if span is not server]

    def _servers(self):
        return [span for span in self.exporter.get_finished_spans() if span.kind is SpanKind.SERVER]


def origin_of(span):
    """(file, line, function, type) of a span's origin, or None."""
    attributes = span.attributes
    if names.ORIGIN_TYPE not in attributes:
        assert names.CODE_FILE_PATH not in attributes
        return None
    return (
        attributes[names.CODE_FILE_PATH],
        attributes[names.CODE_LINE_NUMBER],
        attributes[names.CODE_FUNCTION_NAME],
        attributes[names.ORIGIN_TYPE],
    )
