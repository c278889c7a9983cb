"""Turn an origin into span attributes and put them on a span: the only door out.

Called by `origin.processor` for exits and by `origin.entry` for entries. Attributes are prepared once for a place and
shared; putting them on a span overwrites nothing that the program set, keeps to the SDK's limits, and is all or
nothing. Decision 0013 says why the SDK's own dictionary is written where its layout is the known one.
"""

from __future__ import annotations

from typing import Final, Protocol

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import Span, _Span
from opentelemetry.trace import Span as AnySpan
from opentelemetry.trace import SpanContext

from spanorigin import names
from spanorigin.model import Attributes, AttributeValue, EntryOrigin, ExitOrigin, Refusal, Site

# Module constants: the door is on the hot path, and a look-up on `names` is a second one.
_FILE: Final = names.CODE_FILE_PATH
_LINE: Final = names.CODE_LINE_NUMBER
_FUNCTION: Final = names.CODE_FUNCTION_NAME
_OLD_FILE: Final = names.OLD_CODE_FILEPATH
_OLD_LINE: Final = names.OLD_CODE_LINENO
_OLD_FUNCTION: Final = names.OLD_CODE_FUNCTION
_DATADOG_TYPE: Final = names.DATADOG_TYPE
_DATADOG_FRAME: Final = names.DATADOG_FRAME_PREFIX
_FRAME_PARTS: Final = 4
"""Attributes that Datadog's form has for a frame."""
PROGRAMS: Final = frozenset({_FILE, _LINE, _FUNCTION, _OLD_FILE, _OLD_LINE, _OLD_FUNCTION})
"""Attributes that show that the program, or another tool, gave the span a place of its own."""
_STANDING: Final = PROGRAMS | {_DATADOG_TYPE}
"""Attributes that may stand in the way of ours."""
PREFIXES: Final = ("code.", "_dd.code_origin.")
"""What the names begin with that attach_to_new looks for: a name that begins otherwise cannot stand in the way."""

SET_BY_THE_PROGRAM: Final = Refusal("set-by-the-program", "the span already carries code.* attributes")
NO_ROOM: Final = Refusal("attribute-limit", "the SDK's attribute limits leave no room for an origin")
ENDED: Final = Refusal("span-ended", "the span had already ended")


class Attach(Protocol):
    """Put prepared attributes on a span; the answer is None, or why nothing was put there. Raises nothing foreseen."""

    def __call__(self, span: Span, attributes: Attributes, /) -> Refusal | None: ...


def exit_attributes(origin: ExitOrigin) -> Attributes:
    """What an exit span carries. The list of frames only when there is more than one."""
    attributes = _site_attributes(origin.frames[0], "exit")
    if origin.inherited is not None:
        attributes[names.ORIGIN_INHERITED] = origin.inherited
    if len(origin.frames) > 1:
        attributes[names.ORIGIN_FRAMES] = "\n".join(frame_line(frame) for frame in origin.frames)
    return attributes


def entry_attributes(origin: EntryOrigin) -> Attributes:
    """What an entry span carries."""
    return _site_attributes(origin.site, "entry")


def frame_line(frame: Site) -> str:
    """One line of `spanorigin.frames`. Read from its right end: a path may hold blanks and colons, a name cannot."""
    return f"{frame.path}:{frame.line} {frame.function}"


def attach_to_new(span: Span, attributes: Attributes) -> Refusal | None:
    """Attach to a span that is just being started, in the known layout: no other thread has it yet, so no lock.

    Ours come before those that the span has: a copy of ours that takes in the few of a starting span costs less than
    adding to them does (decision 0104), and where the SDK later drops the oldest for want of room, that is ours.
    """
    bounded = span._attributes
    if type(bounded) is not BoundedAttributes:
        return attach(span, attributes)
    held = bounded._dict
    if (
        not _STANDING.isdisjoint(held)
        or bounded.max_value_len is not None
        or len(held) > len(attributes)
        or type(attributes) is not dict
        or (bounded.maxlen is not None and len(held) + len(attributes) > bounded.maxlen)
    ):
        return _add(bounded, attributes)
    bounded._dict = attributes | held
    return None


def attach_to_open(span: AnySpan, attributes: Attributes) -> Refusal | None:
    """Attach to a span that others may be writing to, in the known layout, under the SDK's own locks in its order."""
    if type(span) is not _Span or type(span._attributes) is not BoundedAttributes:
        return attach(span, attributes)
    with span._lock:
        if span._end_time is not None:
            return ENDED
        with span._attributes._lock:
            return _add(span._attributes, attributes)


def attach(span: AnySpan, attributes: Attributes) -> Refusal | None:
    """Attach to any span, in any layout, at any time, through the public API and under the SDK's own locks."""
    if not span.is_recording():
        return ENDED
    held: Attributes = getattr(span, "attributes", None) or {}
    if not PROGRAMS.isdisjoint(held) or (_DATADOG_TYPE in held and _DATADOG_TYPE in attributes):
        return SET_BY_THE_PROGRAM
    bounded = getattr(span, "_attributes", None)
    fitting = _fitting(attributes, getattr(bounded, "max_value_len", None), getattr(bounded, "maxlen", None), len(held))
    if fitting is None:
        return NO_ROOM
    span.set_attributes(fitting)
    return None


def attach_at_start() -> tuple[Attach, str]:
    """The quickest way to attach to a starting span that works with this SDK, and why it was chosen.

    Tried on a span of its own that no processor ever sees.
    """
    probe: dict[str, AttributeValue] = {names.CODE_FILE_PATH: "/a.py", names.CODE_LINE_NUMBER: 1}
    try:
        span = _Span("layout", SpanContext(1, 1, is_remote=False), attributes={"kept": True})
        span.start()
        refusal = attach_to_new(span, probe)
        known = (
            type(span._attributes) is BoundedAttributes
            and type(span._attributes._dict) is dict
            and refusal is None
            and dict(span.attributes or {}) == {"kept": True, **probe}
            and attach_to_new(span, probe) is SET_BY_THE_PROGRAM
            and attach_to_open(span, probe) is SET_BY_THE_PROGRAM
        )
        span.end()
        known = (
            known
            and dict(span._readable_span().attributes or {}) == {"kept": True, **probe}
            and attach_to_open(span, probe) is ENDED
        )
    except Exception as error:
        return attach, f"public API: this SDK keeps attributes in another way ({type(error).__name__})"
    if not known:
        return attach, "public API: this SDK keeps attributes in another way"
    return attach_to_new, "directly: the SDK's layout is the known one"


def _site_attributes(site: Site, kind: str) -> dict[str, AttributeValue]:
    return {
        names.CODE_FILE_PATH: site.path,
        names.CODE_LINE_NUMBER: site.line,
        names.CODE_FUNCTION_NAME: site.function,
        names.ORIGIN_TYPE: kind,
    }


def _add(bounded: BoundedAttributes, attributes: Attributes) -> Refusal | None:
    """Add to what is held, if the program set none of it and the limits have room."""
    held = bounded._dict
    if not PROGRAMS.isdisjoint(held) or (_DATADOG_TYPE in held and _DATADOG_TYPE in attributes):
        return SET_BY_THE_PROGRAM
    limit = bounded.maxlen
    if bounded.max_value_len is not None or (limit is not None and len(held) > limit - len(attributes)):
        fitting = _fitting(attributes, bounded.max_value_len, limit, len(held))
        if fitting is None:
            return NO_ROOM
        attributes = fitting
    held.update(attributes)
    return None


def _fitting(attributes: Attributes, length: int | None, count: int | None, taken: int) -> Attributes | None:
    """As much as the limits allow: all of it, or without the outer frames, or None.

    A path or a name that were cut would point elsewhere, and past the count the SDK drops what the program set, so
    neither is ever left to the SDK.
    """
    fitting: dict[str, AttributeValue] = {}
    outer: dict[str, AttributeValue] = {}
    for name, value in attributes.items():
        (outer if _is_of_outer_frames(name) else fitting)[name] = value
    if length is not None and any(len(value) > length for value in fitting.values() if isinstance(value, str)):
        return None
    free = len(attributes) if count is None else count - taken
    if free < len(fitting):
        return None
    frames = outer.pop(names.ORIGIN_FRAMES, None)
    if isinstance(frames, str) and free > len(fitting):
        if length is not None and len(frames) > length:
            # Whole frames only. rfind + 1 is 0 when not even the first one fits.
            frames = frames[: frames.rfind("\n", 0, length + 1) + 1].rstrip("\n")
        if frames:
            fitting[names.ORIGIN_FRAMES] = frames
    parts = list(outer.items())
    for start in range(0, len(parts), _FRAME_PARTS):
        frame = parts[start : start + _FRAME_PARTS]
        if len(fitting) + len(frame) > free or (
            length is not None and any(len(str(value)) > length for _, value in frame)
        ):
            break
        fitting.update(frame)
    return fitting


def _is_of_outer_frames(name: str) -> bool:
    return name == names.ORIGIN_FRAMES or (
        name.startswith(_DATADOG_FRAME) and not name.startswith(f"{_DATADOG_FRAME}0.")
    )
