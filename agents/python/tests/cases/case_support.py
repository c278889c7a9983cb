"""What the numbered cases share: places in samples by their marks, and programs whose requests are looked at."""

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from entry_support import marked_line, origin_of
from exit_support import Agent
from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.starlette import StarletteInstrumentor
from opentelemetry.trace import SpanKind
from starlette.testclient import TestClient
from walkers_support import missing_walker

TESTS = Path(__file__).resolve().parents[1]
#: The tests' own files are nobody's, so that only samples count.
NOT_SAMPLES = tuple(f"{TESTS}/{folder}/*" for folder in ("cases", "entry", "exit", "walkers"))
#: Those that this interpreter has; test_numbers.py says why one is missing.
WALKERS = [kind for kind in ("raw", "public", "python") if missing_walker(kind) is None]


def needs_package(name):
    """Skip the test where a package is missing, or fail where CI has to have it. Imports nothing."""
    if importlib.util.find_spec(name) is None:
        assert os.environ.get("CI") != "true", f"{name} is not installed, and CI has to have it"
        pytest.skip(f"{name} is not installed")


def made_anew(sample):
    """A sample loaded once more beside itself, for one whose application can be set up only once in a process."""
    spec = importlib.util.spec_from_file_location(sample.__name__, sample.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Entry:
    """The origin of a handler, as its span tells it."""

    file: str
    line: int
    function: str


def entry_at(sample, mark, function=None) -> Entry:
    """The handler at the line that `sample`, a module, marks with the comment `<- mark`."""
    file = Path(sample.__file__)
    return Entry(str(file), marked_line(file, mark), f"{sample.__name__}.{function or mark}")


def entry_of(span) -> Entry | None:
    """The entry origin that a span carries, or None."""
    found = origin_of(span)
    if found is None:
        return None
    *place, kind = found
    assert kind == "entry"
    return Entry(*place)


class Program(Agent):
    """An agent under which requests are made; their SERVER and CONSUMER spans are asked for."""

    def entries(self) -> list[Entry | None]:
        """The entry origins of the SERVER spans so far, in the order they ended; forgotten afterwards."""
        return [entry_of(span) for span in self.spans(SpanKind.SERVER)]

    def flask(self, app):
        """`app` behind its real instrumentation, as a program has it before it adds hooks and gets requests."""
        FlaskInstrumentor.instrument_app(app, tracer_provider=self.provider)
        return app

    def starlette(self, app, instrumentor=StarletteInstrumentor):
        """`app`, which may stand on Starlette, behind its real instrumentation."""
        instrumentor.instrument_app(app, tracer_provider=self.provider)
        return app

    def ask(self, app, *requests):
        """The statuses of requests (a path, or a verb and a path), each read to its end, and with it its span's."""
        if isinstance(app, Flask):
            client, options = app.test_client(), {}
        else:
            client, options = TestClient(app, raise_server_exceptions=False), {"follow_redirects": False}
        answers = []
        for verb, _, path in (request.rpartition(" ") for request in requests):
            answer = getattr(client, (verb or "get").lower())(path, **options)
            assert isinstance(answer.data if isinstance(app, Flask) else answer.content, bytes)
            answers.append(answer.status_code)
        return answers
