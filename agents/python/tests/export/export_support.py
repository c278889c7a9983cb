"""Spans with origins, made by the real SDK, and receivers that keep what real exporters send them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.exporter.otlp.proto.common._internal import trace_encoder
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from spanorigin import emit
from spanorigin.export import install
from spanorigin.frameworks.imports import watch_imports
from spanorigin.model import EntryOrigin, ExitOrigin, LineNumber, Site


def exit_at(path="/srv/shop/app/orders.py", line=300, function="shop.orders.load", frames=1):
    sites = [Site(path, LineNumber(line + 7 * outwards), function) for outwards in range(frames)]
    return emit.exit_attributes(ExitOrigin(tuple(sites)))


def entry_at(path="/srv/shop/app/views.py", line=12, function="shop.views.cart"):
    return emit.entry_attributes(EntryOrigin(Site(path, LineNumber(line), function)))


class Attaching(SpanProcessor):
    """Puts `origin` on each starting span, as the agent does, then lets the test do something to it."""

    def __init__(self):
        self.origin = exit_at()
        self.then = lambda span: None

    def on_start(self, span, parent_context=None):
        if self.origin is not None:
            emit.attach_to_open(span, self.origin)  # leaves it behind the attributes that are there, as for entries
        self.then(span)


class Spans:
    """A provider of its own, and the ended spans it has made."""

    def __init__(self, **provider):
        self.attaching = Attaching()
        self.memory = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False, **provider)
        self.provider.add_span_processor(self.attaching)
        self.provider.add_span_processor(SimpleSpanProcessor(self.memory))

    def span(
        self, origin, before=None, after=None, *, name="GET", kind=SpanKind.CLIENT, scope="one", then=None, **more
    ):
        """One ended span: attributes `before`, those of `origin`, then those of `after`."""
        self.attaching.origin = origin
        self.attaching.then = then or (lambda span: None)
        span = self.provider.get_tracer(scope).start_span(name, kind=kind, attributes=before or {}, **more)
        for key, value in (after or {}).items():
            span.set_attribute(key, value)
        span.end()
        return self.memory.get_finished_spans()[-1]


class Merging:
    """The export path, installed; and its failures. It merges single spans too, unless told otherwise."""

    def __init__(self, smallest_batch=1, files=None):
        self.failures = []
        self.theirs = trace_encoder.encode_spans
        self.path = install(watch_imports, self.failures.append, smallest_batch=smallest_batch, files=files)

    def plain(self, spans):
        """What the exporter's own encoder makes of `spans`."""
        return self.theirs(spans).SerializePartialToString()

    def ours(self, spans):
        """What exporters send for `spans` with the path installed, twice: the first batch goes both ways."""
        first, second = (trace_encoder.encode_spans(spans).SerializePartialToString() for _ in range(2))
        assert first == second
        return second

    def merges(self, spans):
        """The bytes of `spans`, having made sure that they were merged without a failure."""
        before = self.path.batches_merged
        made = self.ours(spans)
        assert self.path.batches_merged == before + 2, self.path.verdict.reason
        assert not self.failures
        return made


def spans_of(body):
    """The spans in an export request, in its order."""
    request = ExportTraceServiceRequest.FromString(body)
    return [
        span
        for by_resource in request.resource_spans
        for by_scope in by_resource.scope_spans
        for span in by_scope.spans
    ]


def attributes_of(message):
    """The attributes of an encoded span, as a list of pairs in their order."""
    return [(item.key, getattr(item.value, item.value.WhichOneof("value"))) for item in message.attributes]


class HttpReceiver:
    """An OTLP/HTTP receiver on a free port that keeps the bodies it gets."""

    def __enter__(self):
        bodies = self.bodies = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}/v1/traces"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class GrpcReceiver:
    """An OTLP/gRPC receiver on a free port that keeps the messages it gets, as bytes."""

    def __enter__(self):
        import grpc

        self.bodies = []

        def export(body, context):
            self.bodies.append(body)
            return ExportTraceServiceResponse().SerializeToString()

        # Without (de)serializers a handler gets and gives bytes, so that nothing is decoded on the way.
        handler = grpc.method_handlers_generic_handler(
            "opentelemetry.proto.collector.trace.v1.TraceService",
            {"Export": grpc.unary_unary_rpc_method_handler(export)},
        )
        self._server = grpc.server(ThreadPoolExecutor(1), handlers=[handler])
        self.endpoint = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop(None).wait()
