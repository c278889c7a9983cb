"""Which places of a trace lie in code that changed, between the commit that ran and the one its service ran before.

Asked by `changed_endpoint`. An exit's place is its line; an entry's is its whole function, since what a request does is
what its handler does. What cannot be compared is told with its reason, service by service (decision 0231).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal

from spanorigin_server.reason import Reason

from .checkout import CommitFiles, content_id
from .functions import Function, Functions
from .highlight import Highlighter
from .preview import Frame, Previewer
from .snapshot import Unreadable
from .text import text_of

# Of changed lines between the first and the last that are alike, in one file times the other: difflib takes about a
# second for four million. Beyond, a line is new when its text was nowhere in the file.
_COMPARED_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class TracePlace:
    """A place at which spans of a trace began."""

    type: Literal["entry", "exit"]
    frame: Frame


@dataclass(frozen=True, slots=True)
class Ran:
    """What a service ran: commit and repository as its spans named them, empty where they did not."""

    service: str
    version: str
    commit: str
    repository: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A commit that a service was seen to run, from its first span on."""

    commit: str
    version: str
    first_s: int


@dataclass(frozen=True, slots=True)
class ChangedPlace:
    """A place in changed code, as its spans call it."""

    path: str
    line: int


@dataclass(slots=True)
class ServiceChange:
    """What changed of a service's code. `missing` says why nothing is known, or, beside places, why not all is.

    `base` is what it is compared with: the commit seen before or, `is_before` being false, the one seen next.
    """

    service: str
    version: str
    commit: str
    base_version: str | None = None
    base_commit: str | None = None
    is_before: bool = True
    repository: str | None = None
    places: list[ChangedPlace] = field(default_factory=list)
    missing: Reason | None = None


class Changed:
    """Compares the code of traces with what ran before. May be used from any thread."""

    def __init__(
        self, previewer: Previewer, highlighter: Highlighter | None = None, functions: Functions | None = None
    ) -> None:
        self._previewer = previewer
        self._highlighter = highlighter or Highlighter()
        self._functions = functions or Functions()

    def of(self, ran: Ran, places: Iterable[TracePlace], seen: Sequence[Seen]) -> ServiceChange:
        """What of `places`, where `ran` was running, lies in changed code; `seen` are the service's commits by time."""
        change = ServiceChange(ran.service, ran.version, ran.commit)
        if not ran.commit:
            change.missing = Reason(
                "changes-without-commit",
                f"The spans of {ran.service} name no commit, so it is not known which code they ran.",
                "Let the process report it: SPANORIGIN_COMMIT, or run it from its checkout.",
            )
            return change
        base = _base_of(ran.commit, seen)
        if base is None:
            only = ran.version or ran.commit[:7]
            change.missing = Reason(
                "changes-without-another-version",
                f"Of {ran.service} only {only} was seen in thirty days, so there is nothing to compare it with.",
                "It is known as soon as another commit of it has sent spans.",
            )
            return change
        change.base_version, change.base_commit = base.version, base.commit
        change.is_before = _first_s(ran.commit, seen) >= base.first_s
        by_file: dict[tuple[str, str], list[TracePlace]] = {}
        for place in places:
            by_file.setdefault((place.frame.file, place.frame.path), []).append(place)
        for alike in by_file.values():
            self._compare(change, ran, alike, base.commit)
        return change

    def _compare(self, change: ServiceChange, ran: Ran, places: list[TracePlace], base_commit: str) -> None:
        """Adds to `change` the places of one file that changed, or why it cannot be said."""
        try:
            found = self._previewer.place_of(places[0].frame, ran.repository, ran.commit, ran.service)
            if isinstance(found, Reason):
                change.missing = change.missing or found
                return
            snapshot, place = found
            base = snapshot.other(base_commit) if isinstance(snapshot, CommitFiles) else None
            if not isinstance(snapshot, CommitFiles) or not isinstance(base, CommitFiles):
                change.missing = change.missing or _not_both(snapshot.name, ran.commit, base_commit)
                return
            change.repository = snapshot.name
            is_changed = self._test(snapshot, place.path, base)
            change.places += [
                ChangedPlace(each.frame.path, each.frame.line)
                for each in places
                if is_changed(each.type, each.frame.line)
            ]
        except Unreadable as error:
            message = f"{places[0].frame.path} could not be compared: {error}."
            change.missing = change.missing or Reason("file-not-shown", message, None)
        except Exception as error:
            # dulwich meets a damaged or half-written repository with exceptions of a dozen types.
            message = f"The source could not be read: {type(error).__name__}: {error}."
            remedy = "Check the checkout with git fsck, then ask again."
            change.missing = change.missing or Reason("repository-unreadable", message, remedy)

    def _test(self, head: CommitFiles, path: str, base: CommitFiles) -> Callable[[str, int], bool]:
        """Says of a kind of origin and its line whether it is in changed code of a file."""
        former = head.former_path(path, base)
        if former is None:
            return lambda _type, _line: True
        now, then = head.content(path), base.content(former)
        if now == then:
            return lambda _type, _line: False
        text = text_of(now)
        stretches = changed_stretches(text_of(then).splitlines(), text.splitlines())
        name = content_id(now)
        functions = self._functions.of(path, text, self._highlighter.lines(path, text, name), name)

        def is_changed(kind: str, line: int) -> bool:
            first, last = _extent(functions, line) if kind == "entry" else (line, line)
            return any(touches(stretch, first, last) for stretch in stretches)

        return is_changed


def changed_stretches(then: Sequence[str], now: Sequence[str]) -> list[tuple[int, int]]:
    """The stretches of `now` that are not as they were, as first and last line, from 1.

    Where lines were only taken out, the last is before the first: the line before the gap, the first the one after.
    """
    shorter = min(len(then), len(now))
    before = next((at for at in range(shorter) if then[at] != now[at]), shorter)
    rest = shorter - before
    after = next((at for at in range(rest) if then[-1 - at] != now[-1 - at]), rest)
    old, new = then[before : len(then) - after], now[before : len(now) - after]
    if len(old) * len(new) > _COMPARED_MOST:
        known = set(old)
        return [(before + at + 1, before + at + 1) for at, line in enumerate(new) if line not in known]
    matched = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(before + first + 1, before + end) for tag, _, _, first, end in matched if tag != "equal"]


def touches(stretch: tuple[int, int], first: int, last: int) -> bool:
    """Whether a changed stretch has lines from `first` to `last`, or lines were taken out between two of these."""
    begin, end = stretch
    if end < begin:
        return first <= end and begin <= last
    return begin <= last and first <= end


def _extent(functions: Sequence[Function], line: int) -> tuple[int, int]:
    """From which line to which the innermost function around a line goes; the line alone where there is none."""
    around = [each for each in functions if each.first_line <= line <= each.last_line]
    if not around:
        return line, line
    innermost = min(around, key=lambda each: each.last_line - each.first_line)
    return innermost.first_line, innermost.last_line


def _base_of(commit: str, seen: Sequence[Seen]) -> Seen | None:
    """What ran before a commit; where nothing was seen before it, what came next."""
    others = [each for each in seen if each.commit != commit]
    first_s = _first_s(commit, seen)
    before = [each for each in others if each.first_s <= first_s]
    return (
        max(before, key=lambda each: each.first_s)
        if before
        else min(others, key=lambda each: each.first_s, default=None)
    )


def _first_s(commit: str, seen: Sequence[Seen]) -> int:
    """When a commit was first seen; long ago for one that was not."""
    return next((each.first_s for each in seen if each.commit == commit), 0)


def _not_both(name: str, commit: str, base_commit: str) -> Reason:
    return Reason(
        "changes-without-both-commits",
        f"{name} does not have both {commit[:7]}, which ran, and {base_commit[:7]}, which ran before it.",
        "Fetch them (git fetch; git fetch --unshallow in a shallow clone).",
    )
