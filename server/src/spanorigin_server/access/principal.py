"""Who somebody is, as far as it matters here: a name, and what they may do. Imports the rights alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from .scopes import Right


@dataclass(frozen=True, slots=True)
class Principal:
    """`name` is fit for the audit log; `kind` is how they came: local, token or person."""

    name: str
    rights: frozenset[Right]
    kind: str

    def may(self, need: Right | None) -> bool:
        return need is None or need in self.rights


ANYONE_HERE: Final = Principal("anyone on this machine", frozenset(Right), "local")
NOBODY: Final = Principal("nobody", frozenset(), "nobody")


def of_token(name: str, rights: Collection[Right]) -> Principal:
    return Principal(f"token {name}", frozenset(rights), "token")
