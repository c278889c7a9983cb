"""Remember what a chain of calling points led to, for as long as the code of all its frames lives.

Used by `python.py`. A key is the chain flattened: identity of the code object and offset of the instruction, frame by
frame. Identities and not code objects, because comparing code ignores the file and hashing it costs up to 9 us; so an
entry must go before its code's address can serve another. Decision 0015.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Iterable
from types import CodeType
from typing import Final

from spanorigin.model import Attributes

Key = tuple[int, ...]
LIMIT: Final = 4096
"""Chains kept. The oldest goes first; a chain of eight frames takes about 1.5 kB."""


class _Watch(weakref.ref[CodeType]):
    """A weak reference that still knows whose it was."""

    __slots__ = ("code_id",)
    code_id: int


class Chains:
    """Chain -> prepared attributes. Safe from any thread and from a garbage collection at any instruction."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.table: dict[Key, Attributes] = {}
        """Read directly by the walker, after it has seen that `dead` is empty."""
        self.dead: deque[int] = deque()
        """Identities of code that died since the last sweep. Filled by weak reference callbacks, which may run in the
        middle of anything and therefore take no lock."""
        self._limit = limit
        self._watches: dict[int, _Watch] = {}
        self._keys_of: dict[int, set[Key]] = {}
        self._lock = threading.Lock()
        if hasattr(os, "register_at_fork"):
            forget = weakref.WeakMethod(self._forget_after_fork)
            os.register_at_fork(after_in_child=lambda: (method := forget()) and method())

    def sweep(self) -> bool:
        """Drop all chains through dead code. False, at once, when another thread is at it: then do without."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self._drop_dead()
        finally:
            self._lock.release()
        return True

    def keep(self, key: Key, codes: Iterable[CodeType], finding: Attributes) -> None:
        """Remember `finding` under `key`; `codes` are the code objects in it. Not kept when another thread is here."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._drop_dead()
            while len(self.table) >= self._limit:
                self._drop(next(iter(self.table)))
            for code in codes:
                code_id = id(code)
                if code_id not in self._watches:
                    # The callback holds the queue alone, so that no cycle keeps this object alive.
                    watch = _Watch(code, _report_to(self.dead))
                    watch.code_id = code_id
                    self._watches[code_id] = watch
                self._keys_of.setdefault(code_id, set()).add(key)
            self.table[key] = finding
        finally:
            self._lock.release()

    def _drop_dead(self) -> None:
        while self.dead:
            # Taken off the queue last: a walk that finds it empty may rely on the entries being gone.
            for key in tuple(self._keys_of.get(self.dead[0], ())):
                self._drop(key)
            self.dead.popleft()

    def _drop(self, key: Key) -> None:
        del self.table[key]
        for code_id in set(key[::2]):
            keys = self._keys_of[code_id]
            keys.discard(key)
            if not keys:
                del self._keys_of[code_id]
                del self._watches[code_id]

    def _forget_after_fork(self) -> None:
        # The lock may have been held, and the tables half written, by a thread that does not exist in the child.
        self._lock = threading.Lock()
        self.table.clear()
        self.dead.clear()
        self._watches.clear()
        self._keys_of.clear()


def _report_to(dead: deque[int]):  # type: ignore[no-untyped-def]  # noqa: ANN202
    def died(watch: _Watch) -> None:
        dead.append(watch.code_id)

    return died
