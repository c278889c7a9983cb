"""Put our way of encoding in front of the OTLP exporters' own, and step back wherever it is not surely the same.

Installed by `agent`. The HTTP and the gRPC exporter encode through one function, met here through a watch on imports
and never imported by us. Nothing is lost when something of ours fails: the exporter's own encoder gets the same spans.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from opentelemetry.sdk.trace import ReadableSpan

from spanorigin.export.batch import EncodeSpans, Merger
from spanorigin.export.files import Files
from spanorigin.export.recognise import FUNCTION, MODULE, parts, recognise
from spanorigin.model import Verdict

OnFailure = Callable[[Exception], None]
Watch = Callable[[Mapping[str, Callable[[ModuleType], None]], OnFailure], Callable[[], None]]
"""As `frameworks.imports.watch_imports`: calls back with each module once it is loaded; the answer ends the watch."""

FACES: Final = (
    "opentelemetry.exporter.otlp.proto.common.trace_encoder",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.proto.grpc.trace_exporter",
)
"""The modules that hold the encoder's function under their own name."""
# An error that comes back would cost every batch an attempt; after so many the answer is known.
FAILURE_LIMIT: Final = 3
# The request is made around an empty span for each scope, which one or two spans do not earn back.
SMALLEST_BATCH: Final = 3


def install(
    watch: Watch, on_failure: OnFailure, *, smallest_batch: int = SMALLEST_BATCH, files: Files | None = None
) -> ExportPath:
    """Merge prepared bytes in the OTLP exporters that are loaded and in those to come. Raises nothing.

    `on_failure` gets each error of our own; the spans concerned have gone the plain way by then. Batches of fewer
    than `smallest_batch` spans go the plain way, unless one of them has something to tell of `files`.
    """
    path = ExportPath(on_failure, smallest_batch, watch, files)
    path.step_in()
    return path


class ExportPath:
    """The way of this process's spans to the wire."""

    def __init__(self, on_failure: OnFailure, smallest_batch: int, watch: Watch, files: Files | None = None) -> None:
        self.files = files
        self.verdict = Verdict(False, "plain encoding: no OTLP protobuf exporter has been loaded")
        """Whether bytes are merged, and why or why not, in words for `spanorigin doctor`."""
        self.batches_merged = 0
        self._on_failure = on_failure
        self._smallest_batch = smallest_batch
        self._watch = watch
        self._met: ModuleType | None = None
        self._failures = 0
        self._merger: Merger | None = None
        self._is_proven = False
        self._theirs: EncodeSpans | None = None
        self._ours: EncodeSpans | None = None
        self._undo: list[Callable[[], None]] = []

    def step_in(self) -> None:
        """Help the exporters that are loaded, and those to come. May be repeated after step_aside()."""
        if not self._undo:
            self._undo.append(self._watch({MODULE: self.meet, **dict.fromkeys(FACES, self.stand_in)}, self._on_failure))

    def step_aside(self) -> None:
        """Take our function out, for as long as there are no origins. What was learnt of the encoder is kept."""
        while self._undo:
            self._undo.pop()()

    def meet(self, module: ModuleType) -> None:
        """Look at the encoder's own module, and stand in for its function if it is one that can be helped."""
        if module is self._met:
            self.stand_in(module)
            return
        self._met = module
        encoder, reason = recognise(module)
        self.verdict = Verdict(encoder is not None, reason)
        if encoder is not None:
            self._merger = Merger(encoder)
            self._theirs = encoder.encode_spans
            self._ours = self._function(
                encoder.encode_spans, functools.partial(_is_intact, vars(module), parts(module))
            )
            self.stand_in(module)

    def stand_in(self, module: ModuleType) -> None:
        """Put our function where `module` holds the encoder's own; where it holds another, somebody else stands."""
        theirs, ours = self._theirs, self._ours
        if theirs is None or ours is None or vars(module).get(FUNCTION) not in (theirs, ours):
            return
        setattr(module, FUNCTION, ours)

        def undo() -> None:
            if vars(module).get(FUNCTION) is ours:
                setattr(module, FUNCTION, theirs)

        self._undo.append(undo)

    def uninstall(self) -> None:
        """Take our function out. A program that has kept it calls the encoder's own through it from now on."""
        self._give_up("plain encoding: uninstalled")
        self.step_aside()

    def _function(self, theirs: EncodeSpans, is_intact: Callable[[], bool]) -> EncodeSpans:
        @functools.wraps(theirs)
        def encode_spans(sdk_spans: Sequence[ReadableSpan]) -> Any:
            merger = self._merger
            if merger is None:
                return theirs(sdk_spans)
            if not is_intact():
                self._give_up("plain encoding: another tool has put a part of its own into the OTLP exporter")
                return theirs(sdk_spans)
            spans = sdk_spans if isinstance(sdk_spans, (list, tuple)) else list(sdk_spans)
            try:
                is_plain = len(spans) < self._smallest_batch and (self.files is None or merger.knows(spans))
                request = None if is_plain else merger.request(spans)
                failure = None
            except Exception as error:
                # Without its frames, or this one would hold itself until a garbage collection.
                request, failure = None, error.with_traceback(None)
            if request is None or not self._is_proven:
                # Raises when the spans themselves are at fault; then nothing of ours has failed.
                plain = theirs(spans)
                if failure is not None:
                    self._failed(failure)
                if request is None or not self._proves(request, plain):
                    return plain
                request = self._telling(merger, spans) or request
            self.batches_merged += 1
            return request

        return encode_spans

    def _proves(self, request: Any, plain: Any) -> bool:
        """The program's first batch goes both ways, for no trial of ours has its spans."""
        self._is_proven = request.SerializePartialToString() == plain.SerializePartialToString()
        if not self._is_proven:
            self._give_up("plain encoding: the first batch came out differently")
        return self._is_proven

    def _telling(self, merger: Merger, spans: Sequence[ReadableSpan]) -> Any | None:
        """The first batch once more, now with what is told of files, which no other way of encoding has. It may be the
        only one of a short program."""
        if self.files is None:
            return None
        try:
            merger.tell(self.files)
            return merger.request(spans)
        except Exception as error:
            self._failed(error.with_traceback(None))
            return None

    def _failed(self, error: Exception) -> None:
        self._on_failure(error)
        self._failures += 1
        if self._failures >= FAILURE_LIMIT:
            self._give_up(f"plain encoding: gave up after {self._failures} errors ({type(error).__name__})")

    def _give_up(self, reason: str) -> None:
        self._merger = None
        self.verdict = Verdict(False, reason)


def _is_intact(held: Mapping[str, Any], known: Mapping[str, object]) -> bool:
    """Whether the encoder's module still holds the parts that were tried."""
    return all(held.get(name) is part for name, part in known.items())
