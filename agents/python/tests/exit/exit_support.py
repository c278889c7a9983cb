"""What tests of exit origins share: marks in samples, a library that makes spans, spans with the agent installed."""

import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from spanorigin import agent as house
from spanorigin import names
from spanorigin.settings import Settings

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "samples"
PACKAGES = sysconfig.get_path("purelib")


@dataclass(frozen=True)
class Frame:
    """A user frame as spans tell it: file name of the sample, line, function."""

    file: str
    line: int
    function: str


def frame(file: str, mark: str, function: str) -> Frame:
    """The frame at the one line of sample `file` that ends in the comment `<- mark`; module name added.

    3.10 knows no qualified names of running code.
    """
    function = function if sys.version_info >= (3, 11) else function.rsplit(".", 1)[-1]
    lines = (SAMPLES / f"{file}.py").read_text().splitlines()
    found = [number for number, line in enumerate(lines, 1) if line.endswith(f"# <- {mark}")]
    assert len(found) == 1, f"{file} marks {mark!r} {len(found)} times"
    return Frame(f"{file}.py", found[0], f"{file}.{function}")


def frames_of(span) -> list[Frame]:
    """All user frames that the span carries, with the origin's own attributes checked against the first."""
    attributes = span.attributes
    if names.ORIGIN_TYPE not in attributes:
        assert not any(name.startswith(("code.", "spanorigin.")) for name in attributes), attributes
        return []
    path = Path(attributes[names.CODE_FILE_PATH])
    assert path.is_absolute()
    first = Frame(path.name, attributes[names.CODE_LINE_NUMBER], attributes[names.CODE_FUNCTION_NAME])
    listed = [_parsed(line) for line in attributes.get(names.ORIGIN_FRAMES, "").split("\n") if line]
    assert type(attributes[names.CODE_LINE_NUMBER]) is int
    assert attributes[names.ORIGIN_TYPE] == "exit"
    assert len(listed) != 1, "one frame needs no list"
    assert not listed or listed[0] == first
    return listed or [first]


def _parsed(line: str) -> Frame:
    place, function = line.rsplit(" ", 1)
    path, number = place.rsplit(":", 1)
    return Frame(Path(path).name, int(number), function)


class Agent:
    """The agent on a provider of its own. The tests' own files are nobody's, so that only samples count."""

    def __init__(self, provider: TracerProvider | None = None, **settings):
        settings.setdefault("exclude", (f"{HERE}/*", f"{HERE.parent}/frameworks_apart/*"))
        self.settings = Settings(**settings)
        self.provider = provider or TracerProvider(shutdown_on_exit=False)
        self.exporter = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    def __enter__(self):
        self.installation = house.install(self.provider, settings=self.settings)
        return self

    def __exit__(self, *_):
        house.uninstall()
        self.provider.shutdown()

    def forget(self):
        """Spans and counts so far; what the walker has learned stays."""
        self.exporter.clear()
        house._Process.running.tally.misses.clear()

    def spans(self, kind=SpanKind.CLIENT):
        """Finished spans of a kind, in the order they ended; forgotten afterwards."""
        finished = [span for span in self.exporter.get_finished_spans() if span.kind is kind]
        self.exporter.clear()
        return finished

    def origins(self, kind=SpanKind.CLIENT):
        """The user frames of each finished span of a kind; forgotten afterwards."""
        return [frames_of(span) for span in self.spans(kind)]

    def misses(self):
        return dict(house.status().misses)

    def failures(self):
        return dict(house.status().failures)


_LIBRARY = """
import asyncio

def call(*_):
    with tracer.start_as_current_span("call", kind=kind, attributes=attributes):
        return 1

async def async_call():
    await asyncio.sleep(0)
    with tracer.start_as_current_span("call", kind=kind, attributes=attributes):
        await asyncio.sleep(0)
    return 1

def deep(depth):
    return call() if depth <= 1 else deep(depth - 1)

def with_callback(callback):
    return callback(call)

async def async_source():
    yield call()

def handle(handler, *arguments):
    return handler(*arguments)

class Builder:
    def where(self, _):
        return self
    def run(self):
        return call()
"""


class Library:
    """Somebody's package, as far as its file name can tell."""

    def __init__(self, provider, kind=SpanKind.CLIENT, attributes=None, file="somelibrary/client.py"):
        self.namespace = {
            "__name__": "somelibrary.client",
            "tracer": provider.get_tracer("somelibrary"),
            "kind": kind,
            "attributes": attributes or {"peer": "there"},
        }
        exec(compile(_LIBRARY, f"{PACKAGES}/{file}", "exec"), self.namespace)

    def __getattr__(self, name):
        return self.namespace[name]
