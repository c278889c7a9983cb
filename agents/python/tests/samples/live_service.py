"""A program that stays: Flask, requests that it sends itself, and calls that nobody of its own made."""

import threading
import time
import urllib.request

from flask import Flask
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from werkzeug.serving import WSGIRequestHandler, make_server

trace.set_tracer_provider(TracerProvider(resource=Resource({"service.name": "live-service"})))
import spanorigin  # noqa: E402

spanorigin.install()
tracer = trace.get_tracer("somelibrary")
app = Flask(__name__)
app.logger.disabled = True
FlaskInstrumentor().instrument_app(app)


@app.get("/")
def home():
    with tracer.start_as_current_span("call", kind=trace.SpanKind.CLIENT):
        return "home"


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        pass


server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
for _ in range(20):
    urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/").read()
for _ in range(3):
    # A thread that runs a library's function is nobody's call.
    thread = threading.Thread(target=tracer.start_span, args=("PING",), kwargs={"kind": trace.SpanKind.CLIENT})
    thread.start()
    thread.join()
print("ready", flush=True)
time.sleep(600)
