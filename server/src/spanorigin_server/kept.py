"""A list of small things that people made, kept in one JSON file of the data folder. Replaced whole, or not at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from .records import StoreFailed

Thing = TypeVar("Thing", bound=msgspec.Struct)


class Kept(Generic[Thing]):
    """The things of one file. `lock` is the caller's to hold over a read and the write that follows from it."""

    def __init__(self, file: Path, of: type[Thing], slug: str) -> None:
        self._file = file
        self._type = of
        self._slug = slug
        self.lock = threading.RLock()

    def read(self) -> list[Thing]:
        """All of them. Raises StoreFailed, `{slug}-unreadable`, when somebody broke the file."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=list[self._type])  # type: ignore[name-defined]
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError) as error:
            message = f"{self._file} cannot be read: {error}. Mend the file, or move it away."
            raise StoreFailed(message, slug=f"{self._slug}-unreadable") from None

    def write(self, things: list[Thing]) -> None:
        """These in place of those before. Raises StoreFailed, `{slug}-not-written`."""
        draft = self._file.with_suffix(".draft")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(things)))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._file)
        except OSError as error:
            message = f"{self._file} cannot be written: {error.strerror}. Nothing was changed."
            raise StoreFailed(message, slug=f"{self._slug}-not-written") from None
