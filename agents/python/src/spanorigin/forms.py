"""The forms in which an origin is written on a span: OpenTelemetry's attributes, Datadog's tags, or both.

Chosen once by `agent` from SPANORIGIN_ATTRIBUTES. A form prepares the attributes of a place at its first sight; `emit`
puts them on spans, whichever form they are in. Decision 0101.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from spanorigin import names
from spanorigin.emit import entry_attributes, exit_attributes
from spanorigin.model import Attributes, AttributeValue, EntryOrigin, ExitOrigin, Site


@dataclass(frozen=True, slots=True)
class Form:
    """What each span carries. `for_handler` is for the handler's own span, where that is not the entry span."""

    for_exit: Callable[[ExitOrigin], Attributes]
    for_entry: Callable[[EntryOrigin], Attributes]
    for_handler: Callable[[EntryOrigin], Attributes] | None


def datadog_exit(origin: ExitOrigin) -> Attributes:
    """Datadog's tags for an exit: a group of four for each frame, innermost first."""
    attributes = _datadog("exit", origin.frames)
    if origin.inherited is not None:
        # Datadog has no word for it, and a reader must be able to tell.
        attributes[names.ORIGIN_INHERITED] = origin.inherited
    return attributes


def datadog_entry(origin: EntryOrigin) -> Attributes:
    """Datadog's tags for an entry: one frame."""
    return _datadog("entry", (origin.site,))


def _datadog(kind: str, frames: Sequence[Site]) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {names.DATADOG_TYPE: kind}
    for number, frame in enumerate(frames):
        prefix = f"{names.DATADOG_FRAME_PREFIX}{number}"
        # Strings all, numbers too: Datadog's tags have no other type.
        attributes[f"{prefix}.file"] = frame.path
        attributes[f"{prefix}.line"] = str(frame.line)
        attributes[f"{prefix}.type"] = frame.module
        attributes[f"{prefix}.method"] = frame.qualified_name
    return attributes


def _both_for_exit(origin: ExitOrigin) -> Attributes:
    return {**exit_attributes(origin), **datadog_exit(origin)}


def _both_for_entry(origin: EntryOrigin) -> Attributes:
    return {**entry_attributes(origin), **datadog_entry(origin)}


FORMS: Final[Mapping[str, Form]] = {
    "otel": Form(exit_attributes, entry_attributes, None),
    "datadog": Form(datadog_exit, datadog_entry, datadog_entry),
    "both": Form(_both_for_exit, _both_for_entry, datadog_entry),
}
"""By the values of SPANORIGIN_ATTRIBUTES."""
