"""The lines around a frame, or the reason why they cannot be shown. Put together from the other files of this room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spanorigin_server.reason import Reason

from .checkout import CommitFiles, content_id
from .confidence import Confidence, Frame, Ran, confidence_of
from .contents import Contents, Found, has_content, is_blob
from .drift import Drift, drift_of
from .evidence import Told, told
from .functions import Functions, is_function_at
from .highlight import Highlighter, Line
from .paths import FoundPath, path_in
from .repositories import Repositories
from .rules import Rules
from .snapshot import Snapshot, TakenFrom, Unreadable
from .text import text_of

__all__ = ("CONTEXT_LIMIT", "Frame", "Preview", "Previewer")

CONTEXT_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """Highlighted lines around a frame, the first of them `first_line`, and where they were taken from.

    `address` is the repository's, as the span names it or, when it names none, as its checkout does; `root` where the
    checkout lies on the server's machine. `drift` is None where the lines are not those of a commit, or of the one
    that is checked out. `ran` says whether the file has the bytes that ran: `same`; the same, but at another commit
    than the span's (`other_commit`); or not (`edited`); None where its agent has not told.
    """

    path: str
    matched: str
    confidence: Confidence
    why: str
    repository: str
    address: str
    root: str
    commit: str | None
    taken_from: TakenFrom
    first_line: int
    marked_line: int
    total_lines: int
    drift: Drift | None
    ran: Ran | None
    lines: list[Line]


class Previewer:
    """Makes previews from the registered repositories. May be used from any thread."""

    def __init__(
        self,
        repositories: Repositories,
        highlighter: Highlighter | None = None,
        rules: Rules | None = None,
        functions: Functions | None = None,
    ) -> None:
        self._repositories = repositories
        self._rules = rules
        self._functions = functions or Functions()
        self._highlighter = highlighter or Highlighter()
        self._contents = Contents()

    def preview(
        self, frame: Frame, address: str, commit: str, context: int, service: str = "", blob: str = ""
    ) -> Preview | Reason:
        """`context` lines on either side of the frame's line, in the repository and at the commit that the span's
        process reported (empty if unknown), or why there are none. `blob` is what git calls the file that ran, empty
        where that was not told. Reads files; raises nothing."""
        try:
            found, ran = self.place_of(frame, address, commit, service), None
            if is_blob(blob):
                found, ran = self._by_content(found, frame, address, commit, blob)
            return self._shown(found, ran, frame, address, min(context, CONTEXT_LIMIT))
        except Exception as error:
            # dulwich meets a damaged or half-written repository with exceptions of a dozen types.
            message = f"The source could not be read: {type(error).__name__}: {error}."
            return Reason("repository-unreadable", message, "Check the checkout with git fsck, then ask again.")

    def _shown(
        self, found: Found | Reason, ran: Ran | None, frame: Frame, address: str, context: int
    ) -> Preview | Reason:
        if isinstance(found, Reason):
            return found
        snapshot, place = found
        if ran is None and isinstance(snapshot, CommitFiles):
            snapshot = snapshot.changed_since(place.path) or snapshot
        return self._lines(snapshot, place, ran, frame, address, context)

    def _by_content(
        self, found: Found | Reason, frame: Frame, address: str, commit: str, blob: str
    ) -> tuple[Found | Reason, Ran | None]:
        """The file that has the bytes which ran, wherever paths lead; what paths lead to where no file has them."""
        if not isinstance(found, Reason):
            snapshot, place = found
            working = snapshot.changed_since(place.path) if isinstance(snapshot, CommitFiles) else None
            for each in (snapshot, working):
                if each is not None and has_content(each, place.path, blob):
                    return (each, FoundPath(place.path, "content", place.common)), "same"
            if place.matched == "rule":
                return found, "edited"
        snapshots = self._repositories.snapshots(address, commit)
        alike = self._contents.find(
            () if isinstance(snapshots, Reason) else snapshots, self._repositories.possible(address), frame.file, blob
        )
        if alike is not None:
            is_same = not commit or (alike[0].commit or "").startswith(commit.lower())
            return alike, "same" if is_same else "other_commit"
        return found, None if isinstance(found, Reason) else "edited"

    def place_of(self, frame: Frame, address: str, commit: str, service: str = "") -> Found | Reason:
        """Which file of which snapshot a frame is in, or why that is not known. May raise what dulwich raises."""
        if not frame.file and not frame.path:
            return Reason("origin-without-file", "The span's origin names no file.", "Update the SDK that wrote it.")
        found = self._ruled(frame, commit, service)
        if found is not None:
            return found
        snapshots = self._repositories.snapshots(address, commit)
        return snapshots if isinstance(snapshots, Reason) else _best(snapshots, frame)

    def _ruled(self, frame: Frame, commit: str, service: str) -> tuple[Snapshot, FoundPath] | Reason | None:
        """Where a path rule says the file is, or why it is not there; None where no rule fits."""
        ruled = self._rules.of(service, frame.file) if self._rules else None
        if ruled is None:
            return None
        snapshots = self._repositories.named(ruled.repository, commit)
        if isinstance(snapshots, Reason):
            return snapshots
        holding = next((each for each in snapshots if each.holds(ruled.path)), None)
        if holding is None:
            return Reason(
                "path-rule-misses",
                f"A path rule says that {frame.file} is {ruled.path} of {ruled.repository}, which has no such file.",
                "Mend the rule in the settings, or remove it so that the file is looked for.",
            )
        return holding, FoundPath(ruled.path, "rule", ruled.path.count("/") + 1)

    def _lines(
        self, snapshot: Snapshot, place: FoundPath, ran: Ran | None, frame: Frame, address: str, context: int
    ) -> Preview | Reason:
        try:
            content = snapshot.content(place.path)
            text = text_of(content)
        except Unreadable as error:
            message = f"{place.path} in {snapshot.name} is not shown: {error}."
            return Reason("file-not-shown", message, "Open the file in your editor instead.")
        if _is_chance(place, frame, text):
            message = f"{place.path} in {snapshot.name} has no {frame.function}: it is another file than {frame.file}."
            return Reason(
                "file-not-in-repository", message, "Name the checkout of the span's service: spanorigin up --repo PATH."
            )
        lines = self._highlighter.lines(place.path, text, content_id(content))
        if not 1 <= frame.line <= len(lines):
            return _beyond_end(snapshot, place, frame, len(lines))
        first = max(1, frame.line - context)
        functions = self._functions.of(place.path, text, lines, content_id(content))
        agrees = is_function_at(functions, frame.function, frame.line)
        confidence, why = confidence_of(snapshot, place, ran, frame, agrees)
        return Preview(
            path=place.path,
            matched=place.matched,
            confidence=confidence,
            why=why,
            repository=snapshot.name,
            address=_without_secrets(address or _only(snapshot.remotes)),
            root=snapshot.workplace() if isinstance(snapshot, CommitFiles) else str(snapshot.root),
            commit=snapshot.commit,
            taken_from=snapshot.taken_from,
            first_line=first,
            marked_line=frame.line,
            total_lines=len(lines),
            drift=_drift(snapshot, place.path, frame.line, text),
            ran=ran,
            lines=lines[first - 1 : frame.line + context],
        )


def _drift(snapshot: Snapshot, path: str, line: int, text: str) -> Drift | None:
    head = snapshot.at_head() if isinstance(snapshot, CommitFiles) else None
    if head is None or head.commit is None:
        return None
    try:
        now = text_of(head.content(path)).splitlines() if head.holds(path) else None
    except Unreadable:
        return None
    return drift_of(line, text.splitlines(), now, head.commit)


def _only(addresses: frozenset[str]) -> str:
    """The one of a checkout's remotes; empty when there are several, of which any might be the wrong one."""
    return next(iter(addresses)) if len(addresses) == 1 else ""


def _without_secrets(address: str) -> str:
    """The address without a user's name and password, which some put into it."""
    return re.sub(r"(?<=://)[^/@]*@", "", address)


def _best(snapshots: Sequence[Snapshot], frame: Frame) -> tuple[Snapshot, FoundPath] | Reason:
    """The snapshot that has the file for certain, else the one whose path has most in common with it."""
    answers = [_in_snapshot(snapshot, frame) for snapshot in snapshots]
    found = [(snapshot, place) for snapshot, place in answers if isinstance(place, FoundPath)]
    if not found:
        reasons = {place.slug: place for _, place in reversed(answers) if isinstance(place, Reason)}
        return reasons.get("file-not-tracked") or reasons.get("ambiguous-path") or next(iter(reasons.values()))

    def likeliness(answer: tuple[Snapshot, FoundPath]) -> tuple[bool, bool, int]:
        snapshot, place = answer
        return (
            frame.file == f"{snapshot.root.as_posix()}/{place.path}",
            place.matched in ("path", "content"),
            place.common,
        )

    def content(answer: tuple[Snapshot, FoundPath]) -> tuple[str, str]:
        # Two clones or worktrees at one commit have the same file; which of them shows it does not matter.
        snapshot, place = answer
        is_committed = snapshot.taken_from == "commit" and snapshot.commit
        return (snapshot.commit or "") if is_committed else str(snapshot.root), place.path

    found.sort(key=likeliness, reverse=True)
    rivals = [answer for answer in found if likeliness(answer) == likeliness(found[0])]
    if len({content(answer) for answer in rivals}) > 1:
        names = ", ".join(sorted({str(snapshot.root) for snapshot, _ in rivals}))
        return Reason(
            "ambiguous-path",
            f"{frame.path or frame.file} is in several checkouts, and the span does not say which it is from: {names}.",
            "Let the process report its repository: SPANORIGIN_REPOSITORY, or run it from its checkout.",
        )
    return found[0]


def _in_snapshot(snapshot: Snapshot, frame: Frame) -> tuple[Snapshot, FoundPath | Reason]:
    """Where the frame's file is in a snapshot; for the commit that is checked out, also among files added since."""

    def tell(candidates: Sequence[str]) -> Told | None:
        return told(snapshot, candidates, frame.file, frame.function, frame.line)

    place = path_in(snapshot, frame.file, frame.path, tell)
    if isinstance(place, FoundPath) and place.matched == "path":
        return snapshot, place
    working = snapshot.working_copy() if isinstance(snapshot, CommitFiles) else None
    if working is not None:
        newer = path_in(working, frame.file, frame.path)
        if newer.slug == "file-not-tracked" if isinstance(newer, Reason) else newer.matched == "path":
            return working, newer
    return snapshot, place


def _is_chance(place: FoundPath, frame: Frame, text: str) -> bool:
    """Whether nothing but the bare file name agrees, and the function is not even in the file."""
    name = re.split(r"[.:#]", frame.function)[-1].strip("<>() ")
    is_weak = place.matched == "tail" and place.common == 1 and len(re.split(r"[/\\]", frame.file.strip("/\\"))) > 1
    return is_weak and name.isidentifier() and re.search(rf"\b{re.escape(name)}\b", text) is None


def _beyond_end(snapshot: Snapshot, place: FoundPath, frame: Frame, total: int) -> Reason:
    if frame.line < 1:
        return Reason("origin-without-line", f"The span's origin names {place.path} but no line.", None)
    taken = f"at commit {snapshot.commit[:12]}" if snapshot.taken_from == "commit" and snapshot.commit else "on disk"
    return Reason(
        "line-beyond-end",
        f"The span names line {frame.line}, but {place.path} {taken} has {total}: another version ran.",
        "Let the process report the commit it runs (SPANORIGIN_COMMIT, or run it from its checkout). Where it does, "
        "build from what is committed; if it is another file, a path rule in the settings says which.",
    )
