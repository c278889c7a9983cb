"""What tests of queues, consumers and calls without HTTP share: marks in samples, and spans by kind."""

import sys
from importlib import import_module
from pathlib import Path

from entry_support import Capture, marked_line, origin_of, wait_for
from opentelemetry.trace import SpanKind
from spanorigin import frameworks

SAMPLES = Path(__file__).parent / "samples"

__all__ = [
    "SAMPLES",
    "Work",
    "assert_a_hook_goes_in_and_comes_out",
    "origin_at",
    "origin_in",
    "origin_of",
    "wait_for",
]


class Work(Capture):
    """Spans of a provider with the agent on it, by kind."""

    def of_kind(self, kind):
        return [span for span in self.exporter.get_finished_spans() if span.kind is kind]

    def only(self, kind=SpanKind.CONSUMER):
        """The one finished span of a kind; waits for it. All spans are forgotten afterwards."""
        wait_for(lambda: self.of_kind(kind))
        found = self.of_kind(kind)
        assert len(found) == 1, [span.name for span in found]
        self.exporter.clear()
        return found[0]

    def pair(self):
        """The one PRODUCER and the one CONSUMER span of a message; waits for both."""
        wait_for(lambda: self.of_kind(SpanKind.PRODUCER) and self.of_kind(SpanKind.CONSUMER))
        producers, consumers = self.of_kind(SpanKind.PRODUCER), self.of_kind(SpanKind.CONSUMER)
        assert len(producers) == len(consumers) == 1, self.exporter.get_finished_spans()
        self.exporter.clear()
        return producers[0], consumers[0]


def origin_at(sample, mark, function, kind="entry"):
    """The origin expected at the line of a sample of this folder that carries the comment `<- mark`."""
    return _origin(SAMPLES / f"{sample}.py", mark, sample, function, kind)


def origin_in(sample, mark, function, kind="entry"):
    """The same for a sample of any folder, given as a module."""
    return _origin(Path(sample.__file__), mark, sample.__name__, function, kind)


def _origin(file, mark, module, function, kind):
    # 3.10 knows no qualified names of running code.
    if kind == "exit" and sys.version_info < (3, 11):
        function = function.rsplit(".", 1)[-1]
    return str(file), marked_line(file, mark), f"{module}.{function}", kind


def assert_a_hook_goes_in_and_comes_out(module, name, attribute):
    """What a class or, without a name, a module has under `attribute` is another thing while the hooks are in."""
    loaded = import_module(module)
    owner = vars(loaded)[name] if name else loaded
    before = vars(owner)[attribute]
    failures = []

    detach = frameworks.install_all(lambda handler, verb: None, failures.append)
    between = vars(owner)[attribute]
    detach()

    assert between is not before
    assert vars(owner)[attribute] is before
    assert failures == []
