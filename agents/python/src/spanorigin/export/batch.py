"""Encode a batch of spans so that those with an origin cost little more than those without.

Called by `export.path` in the exporter's thread. The exporter's own encoder still encodes all that is not ours, span
by span; the attributes of an origin are put between its pieces from bytes that the same encoder made earlier. The
message that comes back serializes to the same bytes as the encoder's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext

from spanorigin import names
from spanorigin.export.files import Files

EncodeSpans = Callable[[Sequence[ReadableSpan]], Any]
_Names = tuple[str, ...]
_Values = tuple[Any, ...]
_Table = dict[_Values, bytes]
_Layout = tuple[_Names, int, int, _Names, _Table]
"""A span's attributes by name, in their order: those before the first that may be prepared, where such ones start and
end, and the names of the rest; and what is prepared of such ones."""
_Group = list[bytes]
"""The spans of one resource and scope: for each the tag, the length and the bytes."""
_Groups = dict[Resource, dict[InstrumentationScope | None, _Group]]

_DATADOG_FRAMES: Final = range(64)  # the most that SPANORIGIN_MAX_FRAMES may ask for
OURS: Final = frozenset(
    {
        names.CODE_FILE_PATH,
        names.CODE_LINE_NUMBER,
        names.CODE_FUNCTION_NAME,
        names.ORIGIN_TYPE,
        names.ORIGIN_FRAMES,
        names.ORIGIN_INHERITED,
        names.DATADOG_TYPE,
        *(
            f"{names.DATADOG_FRAME_PREFIX}{number}.{field}"
            for number in _DATADOG_FRAMES
            for field in ("file", "line", "type", "method")
        ),
    }
)
"""Attributes that may be prepared. One that is missing here is encoded with the rest of the span, and is right too."""
PREPARED_LIMIT_BYTES: Final = 2_000_000
"""What is kept prepared. A place has an entry for each stack it is reached by, of 150 bytes to 1.5 kB."""
_ENTRY_BYTES: Final = 300  # of an entry without its strings, which the spans of its place share
_LAYOUTS_LIMIT: Final = 1000
"""Orders of names that are kept: programs have a few dozen, unless they make up names as they run."""
_PLAIN: Final = frozenset({str, int})
# Both length-delimited. Source: OTLP 1.x, opentelemetry/proto/trace/v1/trace.proto, stable.
_SPANS_OF_SCOPE: Final = b"\x12"  # ScopeSpans.spans = 2
_ATTRIBUTES_OF_SPAN: Final = b"\x4a"  # Span.attributes = 9
_NOWHERE: Final = SpanContext(1, 1, is_remote=False)


@dataclass(frozen=True, slots=True)
class Encoder:
    """What we call of the OTLP exporters' encoder. Messages are Any: protobuf is met, never required."""

    encode_spans: EncodeSpans
    encode_span: Callable[[ReadableSpan], Any]
    encode_attributes: Callable[[Any], Any]


class UnlikeError(Exception):
    """The encoder grouped spans in a way that we do not know."""


class Merger:
    """Encodes batches with `encoder`. Keeps PREPARED_LIMIT_BYTES prepared at most; safe in any thread."""

    __slots__ = ("_encoder", "_files", "_layouts", "_prepared", "_size")

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._files: Files | None = None
        # By content, not by the identity of what was attached: whatever a program or a processor did to a span's
        # attributes, the bytes found here are those of the attributes it has now.
        self._prepared: dict[_Names, _Table] = {}
        self._layouts: dict[_Names, _Layout] = {}
        self._size = 0

    def request(self, spans: Sequence[ReadableSpan]) -> Any | None:
        """The export request for `spans`, or None when none of them carries an origin.

        Raises what the encoder raises, and UnlikeError; nothing is lost then, for nothing was changed.
        """
        self._begin()
        groups = self._groups(spans)
        return None if groups is None else self._framed(groups)

    def tell(self, files: Files) -> None:
        """From now on the first span of each file tells its content too. What is prepared is prepared anew, for it is
        then that a file is looked for: a span of a place that was met before costs nothing."""
        self._files = files
        self._forget()

    def knows(self, spans: Sequence[ReadableSpan]) -> bool:
        """Whether the places of all these spans are prepared, so that none of them has anything new to tell."""
        self._begin()
        return all(map(self._knows, filter(_has_origin, spans)))

    def _begin(self) -> None:
        """Before each batch: when files are to be told again, their places are met for the first time again."""
        if self._files is not None and self._files.begins_again():
            self._forget()

    def _knows(self, span: ReadableSpan) -> bool:
        held: dict[str, Any] = span._attributes._dict  # type: ignore[union-attr]  # _has_origin() has looked
        layout = self._layouts.get(tuple(held))
        if layout is None:
            return False
        _, start, end, _, table = layout
        run = tuple(held.values())[start:end]
        return run in table or not _PLAIN.issuperset(map(type, run))

    def _groups(self, spans: Sequence[ReadableSpan]) -> _Groups | None:
        if not any(map(_has_origin, spans)):
            return None
        groups: _Groups = {}
        # Hashing a resource costs 3 us, as the SDK writes it out as JSON; most spans of a batch share theirs. Both are
        # held, as a span of another make may form them anew each time it is asked, and their ids would be used again.
        seen: dict[tuple[int, int], tuple[_Group, Resource, InstrumentationScope | None]] = {}
        stripped = _Stripped.__new__(_Stripped)
        stripped.attributes = _Pairs()  # the slot hides the property
        for span in spans:
            data = self._span_bytes(span, stripped)
            resource, scope = span.resource, span.instrumentation_scope
            known = seen.get((id(resource), id(scope)))
            if known is None:
                group = groups.setdefault(resource, {}).setdefault(scope or None, [])
                seen[id(resource), id(scope)] = group, resource, scope
            else:
                group = known[0]
            group.append(_SPANS_OF_SCOPE)
            group.append(_length(data))
            group.append(data)
        return groups

    def _span_bytes(self, span: ReadableSpan, stripped: _Stripped) -> bytes:
        """One span, encoded. Fields may come in pieces: a reader of protobuf puts repeated ones together in order."""
        encode_span = self._encoder.encode_span
        if not _has_origin(span):
            encoded: bytes = encode_span(span).SerializePartialToString()
            return encoded
        held: dict[str, Any] = span._attributes._dict  # type: ignore[union-attr]  # _has_origin() has looked
        names_held = tuple(held)
        layout = self._layouts.get(names_held) or self._layout(names_held)
        before, start, end, after, table = layout
        values = tuple(held.values())
        run = values[start:end]
        # Plain strings and integers only: as keys of a table, True and 1.0 would both find what was prepared for 1.
        if not _PLAIN.issuperset(map(type, run)):
            return encode_span(span).SerializePartialToString()  # type: ignore[no-any-return]
        prepared = table.get(run)
        if prepared is None:
            prepared = self._first_sight(span, names_held[start:end], run, table)
        # All else of the span, its count of dropped attributes included, is read from the same place as before.
        stripped.__dict__ = span.__dict__
        # Without `strict`: naming an argument doubles the price of a zip, two of which are a fifth of an origin's.
        behind = zip(after, values[end:])  # noqa: B905
        stripped.attributes.pairs = zip(before, values) if before else behind  # noqa: B905
        encoded = encode_span(stripped).SerializePartialToString()
        if not before:
            return prepared + encoded
        if not after:
            return encoded + prepared
        stripped.attributes.pairs = behind
        return encoded + prepared + self._attribute_bytes(stripped.attributes)

    @property
    def prepared_bytes(self) -> int:
        """How much is kept prepared, about."""
        return self._size

    def _layout(self, held: _Names) -> _Layout:
        """Where the run of attributes that may be prepared stands among these names; anything else is merely slower."""
        start = next(place for place, name in enumerate(held) if name in OURS)
        end = next((place for place in range(start, len(held)) if held[place] not in OURS), len(held))
        if len(self._layouts) >= _LAYOUTS_LIMIT:
            self._forget()
        ours = held[start:end]
        layout = held[:start], start, end, held[end:], self._prepared.setdefault(ours, {})
        self._layouts[held] = layout
        return layout

    def _first_sight(self, span: ReadableSpan, ours: _Names, run: _Values, table: _Table) -> bytes:
        """Prepared for a place that was not met before; and for this span alone, what is new of its files."""
        news, is_all = ((), True) if self._files is None else self._files.news(ours, run)
        # A place whose files were not all told is met for the first time again.
        prepared = self._prepare(ours, run, table if is_all else {})
        bounded: Any = span._attributes
        has_room = (bounded.maxlen is None or len(bounded._dict) < bounded.maxlen) and (
            bounded.max_value_len is None or max(map(len, news), default=0) <= bounded.max_value_len
        )
        return prepared + self._attribute_bytes({names.ORIGIN_FILES: news}) if news and has_room else prepared

    def _prepare(self, ours: _Names, run: _Values, table: _Table) -> bytes:
        prepared = self._attribute_bytes(dict(zip(ours, run, strict=True)))
        size = len(prepared) + _ENTRY_BYTES
        if self._size + size > PREPARED_LIMIT_BYTES:
            # Starting anew costs the places in use one encoding each; a record of use would cost every span.
            self._forget()
            return prepared
        table[run] = prepared
        self._size += size
        return prepared

    def _forget(self) -> None:
        # New tables, not emptied ones: another thread may be reading these.
        self._layouts, self._prepared, self._size = {}, {}, 0

    def _attribute_bytes(self, attributes: dict[str, Any] | _Pairs) -> bytes:
        """A span that has these attributes and nothing else."""
        parts: list[bytes] = []
        for message in self._encoder.encode_attributes(attributes) or ():
            data = message.SerializePartialToString()
            parts += (_ATTRIBUTES_OF_SPAN, _length(data), data)
        return b"".join(parts)

    def _framed(self, groups: _Groups) -> Any:
        """The groups in a request. The encoder makes it around one empty span each, and ours take their places."""
        message = self._encoder.encode_spans(
            [
                ReadableSpan("", _NOWHERE, resource=resource, instrumentation_scope=scope)
                for resource, by_scope in groups.items()
                for scope in by_scope
            ]
        )
        parts = [group for by_scope in groups.values() for group in by_scope.values()]
        scopes = [
            scope_spans for resource_spans in message.resource_spans for scope_spans in resource_spans.scope_spans
        ]
        if len(scopes) != len(parts):
            raise UnlikeError(f"{len(parts)} groups of spans became {len(scopes)}")
        for scope_spans, group in zip(scopes, parts, strict=True):
            del scope_spans.spans[:]
            scope_spans.MergeFromString(b"".join(group))
            if 3 * len(scope_spans.spans) != len(group):
                raise UnlikeError(f"{len(group) // 3} spans became {len(scope_spans.spans)}")
        return message


class _Stripped(ReadableSpan):
    """A span with some of its attributes: shares its `__dict__`, and the slot hides the property of that name."""

    __slots__ = ("attributes",)

    attributes: _Pairs  # type: ignore[assignment]


class _Pairs:
    """Attributes that are read once, in their order, which is all that the encoder does with any. A dictionary of them
    would cost a quarter of what an origin costs here."""

    __slots__ = ("pairs",)

    pairs: Iterable[tuple[str, Any]]

    def items(self) -> Iterable[tuple[str, Any]]:
        return self.pairs


def _has_origin(span: ReadableSpan) -> bool:
    """Whether `span` is of the SDK's own make, and has attributes of ours that can be read directly."""
    if type(span) is not ReadableSpan:
        return False
    attributes = span._attributes
    if type(attributes) is not BoundedAttributes:
        return False
    held = attributes._dict
    return names.ORIGIN_TYPE in held or names.DATADOG_TYPE in held


def _length(data: bytes) -> bytes:
    """The length of `data` as protobuf's varint."""
    size = len(data)
    if size < 0x80:
        return _ONE_BYTE[size]
    if size < 0x4000:
        return bytes((size & 0x7F | 0x80, size >> 7))
    encoded = bytearray()
    while size > 0x7F:
        encoded.append(size & 0x7F | 0x80)
        size >>= 7
    encoded.append(size)
    return bytes(encoded)


_ONE_BYTE: Final = [bytes((size,)) for size in range(0x80)]
