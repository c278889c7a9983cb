"""What tests in child processes share: an OTLP/HTTP receiver, and programs that are started and ended."""

import gzip
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from entry_support import SAMPLES, ask, marked_line
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from spanorigin import names

RUN = SAMPLES / "entry_run"
BIN = Path(sys.executable).parent
SERVER, CLIENT = 2, 3
SECONDS = 30.0
"""How long a child may take on a machine that does other things too; nothing waits this long when all is well."""


class Receiver:
    """Takes spans as a collector does."""

    def __init__(self):
        self.spans = []
        self._arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver._take(ExportTraceServiceRequest.FromString(body))
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _take(self, request):
        with self._arrived:
            for resource_spans in request.resource_spans:
                resource = _plain(resource_spans.resource.attributes)
                for scope_spans in resource_spans.scope_spans:
                    for span in scope_spans.spans:
                        self.spans.append((span, _plain(span.attributes), resource))
            self._arrived.notify_all()

    def wait_for(self, kind, accepted=lambda attributes: True):
        """The attributes and resource attributes of the first span of a kind that is accepted."""
        end = time.monotonic() + SECONDS
        with self._arrived:
            while True:
                found = [(a, r) for span, a, r in self.spans if span.kind == kind and accepted(a)]
                if found:
                    return found[0]
                arrived = [(span.name, a) for span, a, _ in self.spans]
                assert self._arrived.wait(end - time.monotonic()), f"only these spans came: {arrived}"


def is_the_call(attributes):
    """Whether it is the statement of the samples, and not one of the framework's own."""
    return "select 1" in f"{attributes.get('db.statement')}{attributes.get('db.query.text')}"


def is_home(attributes):
    """Whether it is the request of a test, and not the question whether the program is up."""
    return "ready" not in f"{attributes.get('http.target')}{attributes.get('http.url')}{attributes.get('url.path')}"


def assert_named(found, kind, file, mark, function):
    """The span has the origin that is marked in the sample, and says which code ran."""
    attributes, resource = found
    assert attributes[names.CODE_FILE_PATH] == str(file)
    assert attributes[names.CODE_LINE_NUMBER] == marked_line(file, mark)
    assert attributes[names.CODE_FUNCTION_NAME] == function
    assert attributes[names.ORIGIN_TYPE] == kind
    assert resource[names.AGENT_VERSION]
    assert resource[names.SOURCE_ROOT]


def _plain(attributes):
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in attributes}


#: Instrumentations of the tests' environment that import their library at once, most of them for seconds of CPU.
NOT_THE_SUBJECT = ("aiokafka", "anthropic", "celery", "confluent_kafka", "kafka", "langchain", "openai", "taskiq")


def environment(receiver, **more):
    """The variables of a fresh shell, with the environment of these tests activated."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR", "VIRTUAL_ENV") if name in os.environ}
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {
        **kept,
        "PATH": path,
        "SPANORIGIN_ENDPOINT": receiver.address,
        "PYTHONDONTWRITEBYTECODE": "1",
        "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": ",".join(NOT_THE_SUBJECT),
        **more,
    }


def run_to_its_end(command, environ, folder=RUN):
    """Start a program and wait for it; the answer has `returncode`, `stdout` and `stderr`."""
    return subprocess.run(
        [*map(str, command)], env=environ, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@contextmanager
def started(command, environ, port, folder=RUN):
    """A server program, up and answering at `/`; gives its process. It is ended together with its children."""
    process = subprocess.Popen(
        [*map(str, command)],
        env=environ,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    output = []
    reader = threading.Thread(target=lambda: output.extend(process.stdout), daemon=True)
    reader.start()
    try:
        end = time.monotonic() + SECONDS
        while True:
            try:
                ask(f"http://127.0.0.1:{port}/ready")
                break
            except OSError:
                said = b"".join(output).decode()
                assert process.poll() is None, f"it ended with {process.returncode}:\n{said}"
                assert time.monotonic() < end, f"it never answered:\n{said}"
                time.sleep(0.05)
        process.output = output
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        reader.join(SECONDS)
        process.stdout.close()
