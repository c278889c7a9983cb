"""What a file, and a function in it, was called before and is called now, along the renames that git's history shows.

Asked by `files` for the pages of a function and of a file, so that neither begins anew where something moved. A file
is followed as git does (half of it stayed), a function by its name, and where that is gone by its text (decision 0227).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from dulwich.diff_tree import TreeChange
from dulwich.objects import ObjectID

from .checkout import Checkout, CommitFiles, regular_path
from .functions import Function, functions_of, last_name
from .highlight import plain
from .history import Step, steps
from .snapshot import Unreadable
from .text import text_of

_ALIKE = 0.6
_KEPT_COMMITS = 20_000
# Of one commit: more are a vendored tree or a reformatting, and who moved what in it is not worth the time.
_CHANGES_MOST = 2_000
_NAMES_MOST = 20


@dataclass(frozen=True, slots=True)
class Name:
    """A path from the repository's root and a function as spans call it, until a commit gave it the next name; None for
    the newest name. `until_ns` is when that commit was made."""

    path: str
    function: str
    until: str | None
    until_ns: str | None


@dataclass(frozen=True, slots=True)
class Names:
    """All names, the newest first; `is_whole` is false where history is longer than what was looked at."""

    names: list[Name]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Touch:
    """A file that a commit changed, or moved: paths and blobs before and after, None where it was not there."""

    commit: str
    at_ns: str
    old: str | None
    new: str | None
    old_blob: ObjectID | None
    new_blob: ObjectID | None


class Renames:
    """Remembers what each commit touched, which never changes. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Touch, ...]] = {}

    def of(self, checkout: Checkout, files: CommitFiles, path: str, function: str = "") -> Names:
        """The names of a file, and of a function in it, that lead to `files`. One of an older commit is followed to its
        newest name first."""
        touches: list[Touch] = []
        is_whole = True
        for step in steps(checkout, (str(files.commit),)):
            if step is None:
                is_whole = False
                break
            touches += self._touched(checkout, step)
        newest = path if files.holds(path) else _followed(reversed(touches), path)
        chain = _chain(touches, newest)
        return Names(_named(checkout, chain, newest, path, function)[:_NAMES_MOST], is_whole)

    def _touched(self, checkout: Checkout, step: Step) -> tuple[Touch, ...]:
        name = step.commit.id.decode()
        with self._lock:
            known = self._known.get(name)
        if known is None:
            changes = checkout.moves(step.before, step.commit.tree, renames=False, most=_CHANGES_MOST + 1)
            if len(changes) > _CHANGES_MOST:
                changes = []
            elif any(_is_gone(change) for change in changes) and any(_is_new(change) for change in changes):
                changes = checkout.moves(step.before, step.commit.tree, renames=True)
            at_ns = str(int(step.commit.commit_time) * 10**9)
            known = tuple(
                Touch(
                    name,
                    at_ns,
                    regular_path(change.old),
                    regular_path(change.new),
                    change.old.sha if change.old else None,
                    change.new.sha if change.new else None,
                )
                for change in changes
            )
            with self._lock:
                if len(self._known) >= _KEPT_COMMITS:
                    self._known.clear()
                self._known[name] = known
        return known


def _is_gone(change: TreeChange) -> bool:
    return change.new is None or change.new.path is None


def _is_new(change: TreeChange) -> bool:
    return change.old is None or change.old.path is None


def _followed(touches: Iterable[Touch], path: str) -> str:
    """The newest name of a path that is not there any more; `touches` are the oldest first."""
    for touch in touches:
        if touch.old == path and touch.new is not None:
            path = touch.new
    return path


def _chain(touches: Iterable[Touch], newest: str) -> list[Touch]:
    """What touched one file, back to where it was made; `touches` are the newest first."""
    chain, path = [], newest
    for touch in touches:
        if touch.new == path:
            chain.append(touch)
            if touch.old is None:
                break
            path = touch.old
    return chain


def _named(checkout: Checkout, chain: Sequence[Touch], newest: str, path: str, function: str) -> list[Name]:
    """The names along a chain, newest first. `function` is one of them, at the path that was asked for."""
    inner, module = _inner(path, function)
    now = _newest_inner(checkout, chain, path, inner) if path != newest or inner else inner
    names = [Name(newest, _full(newest, now, path, module), None, None)]
    for touch in chain:
        before = _before(checkout, touch, now) if now else now
        if before is None:
            break  # made here, whatever the file was before
        if touch.old is not None and (touch.old != touch.new or before != now):
            names.append(Name(touch.old, _full(touch.old, before, path, module), touch.commit, touch.at_ns))
        now = before
    return names


def _newest_inner(checkout: Checkout, chain: Sequence[Touch], path: str, inner: str) -> str:
    """What a function of `path` is called at the end of the chain, following it from where it was last called so."""
    last = next((at for at, touch in enumerate(chain) if inner in _function_names(checkout, touch, "new")), None)
    if last is None:
        last = next((at for at, touch in enumerate(chain) if touch.old == path), len(chain) - 1) + 1
    for touch in reversed(chain[:last]):
        then, now = (_functions(checkout, touch, side) for side in ("old", "new"))
        if inner in then and inner not in now:
            inner = _likest(then[inner], then, now) or inner
    return inner


def _before(checkout: Checkout, touch: Touch, inner: str) -> str | None:
    """What a function was called before a commit touched its file; None where it was not there."""
    if touch.old is None:
        return None
    # Nearly always the name stands in both texts, and nothing needs to be parsed.
    old_text = _text(checkout, touch.old_blob)
    if old_text is None:
        return inner
    then = _functions(checkout, touch, "old")
    if inner in then or not then:
        return inner
    now = _functions(checkout, touch, "new")
    return _likest(now[inner], now, then) if inner in now else inner


def _likest(body: str, here: dict[str, str], there: dict[str, str]) -> str | None:
    """Which of the functions that are only `there` has the text most like `body`; None where none is like it."""
    found = [
        (ratio, name)
        for name, text in there.items()
        if name not in here and (ratio := SequenceMatcher(None, body.split(), text.split()).ratio()) >= _ALIKE
    ]
    found.sort(reverse=True)
    return found[0][1] if found and (len(found) == 1 or found[0][0] > found[1][0]) else None


def _function_names(checkout: Checkout, touch: Touch, side: str) -> Iterable[str]:
    return _functions(checkout, touch, side).keys()


def _functions(checkout: Checkout, touch: Touch, side: str) -> dict[str, str]:
    """The functions of a file before (`old`) or after (`new`) a touch, each with the text below its first line."""
    path, blob = (touch.old, touch.old_blob) if side == "old" else (touch.new, touch.new_blob)
    text = _text(checkout, blob)
    if path is None or text is None:
        return {}
    lines = text.splitlines()
    found: list[Function] = functions_of(path, text, plain(text))
    return {each.name: "\n".join(lines[each.line : each.last_line]) for each in found}


def _text(checkout: Checkout, blob: ObjectID | None) -> str | None:
    try:
        return None if blob is None else text_of(checkout.blob(blob))
    except Unreadable:
        return None


def _inner(path: str, function: str) -> tuple[str, str]:
    """A function's name within its file, and the module before it, as far as the end of the path tells it."""
    parts = _module_parts(path)
    for start in range(len(parts)):
        module = ".".join(parts[start:])
        if function.startswith(f"{module}."):
            return function[len(module) + 1 :], module
    return (function, "") if last_name(function) else ("", "")


def _full(path: str, inner: str, asked_path: str, module: str) -> str:
    """A function as spans call it, in a file that is imported from the same folder as the one that was asked for."""
    if not module or not inner:
        return inner
    asked, parts = _module_parts(asked_path), _module_parts(path)
    root = asked[: len(asked) - module.count(".") - 1]
    own = parts[len(root) :] if parts[: len(root)] == root else parts[-(module.count(".") + 1) :]
    return ".".join([*own, inner])


def _module_parts(path: str) -> list[str]:
    return path.rpartition(".")[0].removesuffix("/__init__").split("/") if path.endswith((".py", ".pyi")) else []
