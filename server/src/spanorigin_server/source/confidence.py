"""How sure it is that the lines which are shown are the lines that ran, and why, in words. Asked by `preview`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .paths import FoundPath
from .snapshot import Snapshot

Confidence = Literal["certain", "likely", "weak"]
Ran = Literal["same", "other_commit", "edited"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of an origin: the file as its process knew it and as its agent shortened it, the line from 1."""

    file: str
    path: str
    line: int
    function: str


def confidence_of(
    snapshot: Snapshot, place: FoundPath, ran: Ran | None, frame: Frame, agrees: bool
) -> tuple[Confidence, str]:
    """`agrees` is whether the frame's function is at its line of the file that was found."""
    there = f"{frame.function} is there at line {frame.line}" if agrees else ""
    if ran == "same":
        return "certain", f"It has the same bytes as {frame.file}, as the process told."
    if ran == "other_commit":
        return "certain", f"It has the same bytes as {frame.file}; at the commit that the span names no file has them."
    if ran == "edited":
        edited = f"{frame.file} was edited before it ran: the process told other bytes than this file has"
        return ("likely", f"{edited}, but {there}.") if agrees else ("weak", f"{edited}, so lines may have moved.")
    return _by_path(snapshot, place, frame, there)


def _by_path(snapshot: Snapshot, place: FoundPath, frame: Frame, there: str) -> tuple[Confidence, str]:
    match place.matched:
        case "rule":
            return "certain", "A path rule says so."
        case "content":
            return "certain", f"{frame.file} is on this machine, and has the same bytes."
        case "path" if snapshot.commit is not None or there:
            return "certain", f"It is the file of that path{f', and {there}' if there else ''}."
        case "path":
            return "likely", "It is the file of that path; which commit ran is not known."
        case "function":
            return "likely", f"Of the files with that name it is the one in which {there}."
        case _:
            end = "/".join(place.path.split("/")[-place.common :])
            alone = f"No other file of {snapshot.name} ends in {end}"
            return ("likely", f"{alone}, and {there}.") if there else ("weak", f"{alone}.")
