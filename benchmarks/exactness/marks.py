"""The corpus: which program is asked what, and which line of it has to be named. Read from the programs' own marks.

A mark is a comment at the end of the line that must be named, and says who asks, how, and the function's name:

    def plain():  # <- entry GET /plain: plain
    requests.get(at.http)  # <- exit by_requests: by_requests

`entry` and `exit` are the kinds of ORIGIN; a request (`GET /plain`) is made by the program's `visit`, a single word is
called as the program's own function. `, or none` after it allows that there is no origin, and more than one line with
that mark are alternatives. ` beside none` says that the action makes further spans where nobody's code is (a thread of
the library's), which may be without one. The function `none` means that no origin may be there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "programs"
_MARK = re.compile(r"<- (entry|exit) ([^:]+?)(, or none| beside none)?: (\S+)")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a program: file name, line from 1, qualified name without the module."""

    file: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Case:
    """One action in a program, and the places that the spans it makes have to name, each of them.

    `places` is empty where no origin may be there. With `may_be_absent` any of them will do, and none; with
    `has_others` only some of the spans have to name one.
    """

    program: str
    kind: str
    action: str
    places: tuple[Place, ...]
    may_be_absent: bool = False
    has_others: bool = False

    @property
    def name(self) -> str:
        """Unique in the corpus."""
        return f"{self.program}: {self.kind} {self.action}"


def cases() -> list[Case]:
    """All cases, by program and in the order of their marks."""
    found: dict[tuple[str, str, str], list[tuple[Place | None, str]]] = {}
    for file in sorted(PROGRAMS.glob("*.py")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            for kind, action, optional, function in _MARK.findall(line):
                place = None if function == "none" else Place(file.name, number, function)
                found.setdefault((file.stem, kind, action), []).append((place, optional))
    return [_case(key, marks) for key, marks in found.items()]


def _case(key: tuple[str, str, str], marks: list[tuple[Place | None, str]]) -> Case:
    places = tuple(place for place, _ in marks if place is not None)
    if places and len(places) != len(marks):
        raise ValueError(f"{key} is marked with a place and with none")
    allowances = {allowance for _, allowance in marks}
    if len(allowances) != 1:
        raise ValueError(f"{key} is allowed one thing by one mark and another by another")
    return Case(*key, places, allowances == {", or none"}, allowances == {" beside none"})
