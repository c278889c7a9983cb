"""The store's files as they stand at one moment, and such files put back into an empty store.

Used by `life.backup` and `life.restore`. The engine's parts are never changed once written, so that a moment is kept by
links to them, whatever is written, merged or removed afterwards. Embedded stores only: a cluster has its own backups.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from spanorigin_server.records import NotHere, StoreFailed

from .statements import EMBEDDED, statement

if TYPE_CHECKING:
    from .home import Home

_SHADOW: Final = "shadow"
# Letters and underscores alone: others the engine writes in a way of its own.
_PREFIX: Final = "spanorigin_"
# A part's name: its day, the first and last of its blocks, how often it was merged, and how often changed.
PART: Final = re.compile(r"[0-9]{8}(_[0-9]+){3,4}")


@dataclass(frozen=True, slots=True)
class PartFile:
    """A file of a part. `place` is its path from the table's folder: the part's name comes first."""

    place: str
    path: Path
    size: int


def freeze(engine: Home, folder: Path, name: str) -> list[PartFile]:
    """Keep the table's files as they are now, under a name of letters and digits. Raises StoreFailed.

    They take up room once the table has no more use for them, until `thaw`.
    """
    if not engine.nature.is_embedded:
        raise NotHere(
            f"The spans are on a ClickHouse server, {engine.nature.place}, and are backed up there: by its BACKUP "
            "statement or by clickhouse-backup. `spanorigin export` writes those of a search.",
            slug="backup-not-here",
        )
    engine.execute(statement("commands/freeze_spans", {**EMBEDDED, "name": _PREFIX + name}))
    kept = folder / _SHADOW / (_PREFIX + name)
    found = []
    for path in sorted(path for path in kept.rglob("*") if path.is_file()):
        # store/<first letters>/<table>/<part>/…
        place = path.relative_to(kept).parts[3:]
        found.append(PartFile("/".join(place), path, path.stat().st_size))
    return found


def thaw(folder: Path, name: str | None = None) -> None:
    """Let go of what was kept under a name, or of whatever is left of a server that was killed."""
    for kept in (folder / _SHADOW).glob(_PREFIX + (name or "*")):
        shutil.rmtree(kept, ignore_errors=True)


def place_for_parts(engine: Home) -> Path:
    """The folder in which parts lie that are to be taken in."""
    return Path(engine.query(statement("commands/spans_folder"))["folder"][0]) / "detached"


def take_in(engine: Home, parts: Iterable[str], spans: int) -> None:
    """Add parts that lie there to the table, which is empty. Raises StoreFailed, and the table is empty again, when one
    is not sound or when they do not have so many spans."""
    try:
        for part in parts:
            engine.execute(statement("commands/attach_part", {**EMBEDDED, "part": part}))
        is_sound = bool(engine.query(statement("commands/check_spans"))["result"][0])
        held = engine.query(statement("commands/count_spans"))["spans"][0]
    except StoreFailed as failure:
        _take_out(engine)
        raise _not_whole(failure.message) from None
    if not is_sound or held != spans:
        _take_out(engine)
        raise _not_whole(f"Of {spans:,} spans {held:,} came back{'' if is_sound else ', and some are damaged'}.")


def _take_out(engine: Home) -> None:
    engine.execute(statement("commands/empty_spans"))
    for left in place_for_parts(engine).iterdir():
        shutil.rmtree(left, ignore_errors=True)


def _not_whole(why: str) -> StoreFailed:
    return StoreFailed(f"{why} Nothing was restored. Use another backup.", slug="restore-not-whole")
