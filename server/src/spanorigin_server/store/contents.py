"""Which content of a source file a process ran, as its agent told with the file's first span and now and then again.

Asked by `source.endpoint` for a span's frames. Nothing is kept apart: the spans that tell are found by the index of
attributes (decision 0226).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .asking import SECOND_NS, Asker, Row, Window

if TYPE_CHECKING:
    from .home import Home

# All is told again each hour, so that within a day before a span some of it came through even where most is sampled
# away; and a span may begin some time before what its process tells is sent.
_BEFORE_NS: Final = 25 * 3600 * SECOND_NS
_AFTER_NS: Final = 2 * 3600 * SECOND_NS


@dataclass(frozen=True, slots=True)
class Process:
    """What is known of the process that a span is from."""

    service: str
    version: str
    commit: str
    resource: Mapping[str, str] = field(default_factory=dict)


class ToldContents:
    """Asks one store. May be used from any thread."""

    def __init__(self, engine: Home, *, time_limit_s: float = 10.0) -> None:
        self._asker = Asker(engine, time_limit_s)

    def of(self, process: Process, file: str, at_ns: int) -> str:
        """Git's name of what `file` was in the process around a moment; empty where none was told, or no one can be
        told from others: two builds may run side by side."""
        rows = self._asker.rows(
            "told_contents",
            {
                "service": process.service,
                "commit": process.commit,
                "version": process.version,
                "resource_names": list(process.resource),
                "resource_values": list(process.resource.values()),
                "file": file,
            },
            window=Window.around(max(0, at_ns - _BEFORE_NS), at_ns + _AFTER_NS).sql(),
        )
        return _one(rows, "is_same_process") or _one(rows, "is_same_build")


def _one(rows: list[Row], by: str) -> str:
    blobs = {row["blob"] for row in rows if row["is_same_build"] and row[by]}
    return str(blobs.pop()) if len(blobs) == 1 else ""
