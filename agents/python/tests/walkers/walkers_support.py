"""What tests of walkers share: stacks with frames in files of every kind, and spans that are started on them.

A stack is made of real frames: functions compiled under the file name that the test wants. Spans are started through
the SDK, so that a walker meets the frames that it will meet in programs. The tests' own files are excluded, so every
frame of the user's is one that a test put there.
"""

import os
import sys
import textwrap
import threading
from collections import deque
from pathlib import Path

from opentelemetry.sdk.trace import SpanProcessor, TracerProvider, _Span
from opentelemetry.trace import SpanKind
from spanorigin import emit
from spanorigin.origin.walk import Rules, compiled
from spanorigin.origin.walk.places import LAUNCHED
from spanorigin.origin.walk.python import PythonWalker
from spanorigin.settings import Settings
from spanorigin.source import Sources

KINDS = ("python", "public", "raw", "public on_start", "raw on_start")
LIBRARY = f"{Path(emit.__file__).parent.parent}/site-packages/lib"
USER = "/srv/shop/app"
LAUNCHER = f"{LIBRARY}/server/main.py"
BORDERS = ("server/main.py",)


def missing_walker(kind):
    """Why this interpreter has no such walker, or None. With CI set, only what it cannot have may be missing."""
    if kind == "python":
        return None
    module = compiled.load(kind.split()[0])
    if not isinstance(module, str):
        return None
    if kind.startswith("raw") and sys.version_info[:2] not in {(3, 11), (3, 12), (3, 13)}:
        return f"raw frames: {module}"
    assert module.startswith(("not compiled", "this interpreter")), f"{kind}: {module}"
    assert os.environ.get("CI") != "true", f"{kind}: {module}"
    return f"{kind}: {module}"


def make_walker(kind, sources=None, prepare=emit.exit_attributes, borders=BORDERS, **rules):
    """A walker of a kind, with the settings' defaults for the rules that are not given."""
    settings = Settings(**rules)
    sources = sources or Sources(Settings(exclude=("*/tests/walkers/*",)))
    rules = Rules.of(settings, borders, prepare)
    if kind == "python":
        return PythonWalker(sources, rules)
    return compiled.CompiledWalker(compiled.load(kind.split()[0]), sources, rules)


class Asks(SpanProcessor):
    """A processor that asks a walker as OriginProcessor does, and keeps the answer for the thread that asked."""

    def __init__(self, kind, walker):
        self._walk = walker.walk
        self._of_thread = threading.local()
        if kind.endswith("on_start"):
            self.on_start = self._in_c(walker)

    def on_start(self, span, parent_context=None):
        self.answer = self._walk()

    @property
    def answer(self):
        return self._of_thread.answer

    @answer.setter
    def answer(self, answer):
        self._of_thread.answer = answer

    def _in_c(self, walker):
        def keep(answer, span=None):
            self.answer = answer

        # No class of attributes is this one, so what the walk found comes to `attach`.
        return walker._module.OnStart(
            walker=walker._walker,
            # Asked about calls that something launched: who awaits them is Python's to find.
            otherwise=lambda span, parent_context=None: keep(LAUNCHED),
            attach=lambda span, attributes: keep(attributes),
            missed=keep,
            failed=keep,
            client=SpanKind.CLIENT,
            producer=SpanKind.PRODUCER,
            server=SpanKind.SERVER,
            consumer=SpanKind.CONSUMER,
            internal=SpanKind.INTERNAL,
            span_type=_Span,
            attributes_type=object(),
            prefixes=(),
            by_trace={},
            opened=len,
            context_type=object(),
        )


class Walked:
    """A tracer whose CLIENT spans are answered by one walker; or by several, all on the very same stack."""

    def __init__(self, *kinds, **rules):
        #: What the (first) walker answered, last of all the latest.
        self.given = deque(maxlen=10)
        self.asks = {kind: Asks(kind, make_walker(kind, **rules)) for kind in kinds}
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.tracer = self.provider.get_tracer("walkers")
        for asks in self.asks.values():
            self.provider.add_span_processor(asks)
        #: Starts a CLIENT span, from a file that is not the user's; gives what the (first) walker answered.
        self.span = in_file(f"{LIBRARY}/client.py", "def span(*_): return asked(start_span('x', kind=kind))").define(
            "span", start_span=self.tracer.start_span, kind=SpanKind.CLIENT, asked=self._asked
        )

    def answers(self):
        """What each walker said of the last span."""
        return {kind: asks.answer for kind, asks in self.asks.items()}

    def _asked(self, span):
        span.end()
        answer = next(iter(self.asks.values())).answer
        self.given.append(answer)
        return answer


class in_file:
    """Source text compiled under a file's name; its first line with any text on it is `line`."""

    def __init__(self, file, text, line=1):
        self.file = file
        self._code = compile("\n" * (line - 1) + textwrap.dedent(text).lstrip("\n"), file, "exec")

    def define(self, name, **namespace):
        """Run it as a module and give what it calls `name`."""
        module = Path(self.file).stem
        namespace = {"__name__": module, **namespace}
        exec(self._code, namespace)
        return namespace[name]


def passing_on(file, inner, line=1):
    """A function of `file` that calls `inner` on the line after `line`, and gives back what it gives."""
    return in_file(file, "def outer(*_):\n    return inner()", line).define("outer", inner=inner)


def stack(leaf, *files):
    """Call `leaf` below functions of `files`, innermost first; give back what it gives."""
    call = leaf
    for file in files:
        call = passing_on(file, call)
    return call()


def places(answer):
    """The frames of an answer as (file below USER, line, function), innermost first; a refusal's reason otherwise."""
    if not hasattr(answer, "keys"):
        return getattr(answer, "reason", answer)
    first = f"{answer['code.file.path']}:{answer['code.line.number']} {answer['code.function.name']}"
    frames = answer.get("spanorigin.frames", first).split("\n")
    assert frames[0] == first
    found = []
    for frame in frames:
        place, function = frame.rsplit(" ", 1)
        path, line = place.rsplit(":", 1)
        found.append((os.path.relpath(path, USER), int(line), function))
    return found
