"""What tests of a live process share: a Flask application whose requests make calls, under an agent of its own."""

import sys
from pathlib import Path

from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from spanorigin import agent as house
from spanorigin import names
from spanorigin.settings import Settings


class Shop:
    """An application with one view that makes one call. The file of this class counts as the user's."""

    def __init__(self, provider=None, **settings):
        settings.setdefault("door", "off")
        self.settings = Settings(**settings)
        self.provider = provider or TracerProvider(shutdown_on_exit=False)
        self.exporter = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = self.provider.get_tracer("somelibrary")
        self.app = Flask("shop")
        self.app.add_url_rule("/", view_func=self.home)
        self.during = lambda: None
        FlaskInstrumentor().instrument_app(self.app, tracer_provider=self.provider)

    def home(self):
        self.during()
        with self.tracer.start_as_current_span("call", kind=SpanKind.CLIENT):
            return "home"

    def __enter__(self):
        house.install(self.provider, settings=self.settings)
        return self

    def __exit__(self, *_):
        house.uninstall()
        FlaskInstrumentor().uninstrument_app(self.app)
        self.provider.shutdown()

    def ask(self):
        """Serve one request. The kinds of origin that its spans have: a subset of {"entry", "exit"}."""
        response = self.app.test_client().get("/")
        assert (response.status_code, response.data) == (200, b"home")
        return self.origins()

    def origins(self):
        finished = self.exporter.get_finished_spans()
        self.exporter.clear()
        return {span.attributes[names.ORIGIN_TYPE] for span in finished if names.ORIGIN_TYPE in span.attributes}


BIN = Path(sys.executable).parent
