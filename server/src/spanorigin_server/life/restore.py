"""Put a backup into an empty data folder. Called by `command`, while no server runs on that folder."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from spanorigin_server.records import ServerError
from spanorigin_server.store.engine import EmbeddedEngine
from spanorigin_server.store.frozen import PART, place_for_parts, take_in
from spanorigin_server.store.statements import statement
from spanorigin_server.store.tables import SCHEMA_VERSION, prepare

from .backup import END, FORMAT, KEPT_FILES, MANIFEST, PARTS, Manifest

_SMALL_BYTES: Final = 64 * 1024 * 1024


class RestoreRefused(ServerError):  # noqa: N818  # named for what came about
    """The backup was not restored; the data folder has no spans of it."""


def restore(file: Path, folder: Path) -> Manifest:
    """Restore a backup; what it says of itself. Raises RestoreRefused, or the store's StartRefused, StoreFailed."""
    try:
        with tarfile.open(file, "r:") as tar:
            manifest = _manifest(tar)
            engine = EmbeddedEngine(folder)
            try:
                prepare(engine)
                _check_is_empty(engine, folder)
                place = place_for_parts(engine)
                kept = _unpack(tar, manifest, place)
                take_in(engine, manifest.parts, manifest.spans)
            finally:
                engine.close()
    except (OSError, tarfile.TarError, EOFError) as error:
        raise _not_a_backup(file, str(error)) from None
    for name, content in kept.items():
        if not (folder / name).exists():
            (folder / name).write_bytes(content)
    return manifest


def _manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    content = _content(tar, first) if first is not None and first.name == MANIFEST else b""
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise tarfile.TarError(f"it does not begin with a manifest: {error}") from None
    if manifest.format != FORMAT or manifest.schema != SCHEMA_VERSION:
        raise RestoreRefused(
            f"The backup has schema {manifest.schema} (format {manifest.format}), and this release reads schema "
            f"{SCHEMA_VERSION} (format {FORMAT}). Restore it with the release that made it, and start this one then.",
            slug="backup-of-another-schema",
        )
    if not all(PART.fullmatch(part) for part in manifest.parts):
        raise tarfile.TarError("its manifest names parts that no store has")
    return manifest


def _check_is_empty(engine: EmbeddedEngine, folder: Path) -> None:
    held = engine.query(statement("commands/count_spans"))["spans"][0]
    if held:
        raise RestoreRefused(
            f"The data folder {folder} holds {held:,} spans, and a backup is restored into an empty one. "
            "Name another folder with --data.",
            slug="restore-not-empty",
        )


def _unpack(tar: tarfile.TarFile, manifest: Manifest, place: Path) -> dict[str, bytes]:
    """Write the parts' files to where the store takes them in; the other files' content, by name.

    Whatever names a file may have, none is written but into a part's folder.
    """
    kept: dict[str, bytes] = {}
    parts = set(manifest.parts)
    last = ""
    try:
        for member in tar:
            last = member.name
            if member.name in KEPT_FILES:
                kept[member.name] = _content(tar, member)
            elif member.name.startswith(PARTS):
                path = PurePosixPath(member.name.removeprefix(PARTS))
                if not member.isfile() or path.parts[0] not in parts or ".." in path.parts or len(path.parts) < 2:
                    raise tarfile.TarError(f"it has a member {member.name!r}")
                target = place / path
                target.parent.mkdir(parents=True, exist_ok=True)
                opened = tar.extractfile(member)
                if opened is not None:
                    with target.open("wb") as written:
                        shutil.copyfileobj(opened, written, 1024 * 1024)
                    if target.stat().st_size != member.size:
                        raise tarfile.TarError("it ends too early")
        if last != END:
            raise tarfile.TarError("it ends too early")
    except BaseException:
        for part in parts:
            shutil.rmtree(place / part, ignore_errors=True)
        raise
    return kept


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > _SMALL_BYTES:
        raise tarfile.TarError(f"{member.name} is too large")
    opened = tar.extractfile(member)
    return b"" if opened is None else opened.read()


def _not_a_backup(file: Path, why: str) -> RestoreRefused:
    return RestoreRefused(
        f"{file} is not a whole backup: {why}. Name a file that `spanorigin backup` wrote. Nothing was restored.",
        slug="backup-not-a-backup",
    )
