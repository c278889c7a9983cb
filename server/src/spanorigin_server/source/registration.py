"""One repository that people registered: what is kept of it, and how it stands at this moment. For `registered`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from .checkout import Checkout
from .repositories import Repository

State = Literal["ready", "fetching", "failed"]


class Registration(msgspec.Struct, frozen=True):
    """A registered repository as it is kept. `where` is a folder or an address; of a bundle, the address it is of."""

    id: str
    kind: Literal["path", "url", "bundle"]
    name: str
    where: str
    created_ns: str


class Entry:
    """A registration at this moment."""

    def __init__(self, registration: Registration) -> None:
        self.registration = registration
        self.state: State = "fetching"
        self.problem: str | None = None
        self.fetched_ns: int | None = None
        self.missed_at: float | None = None
        self.member: Repository | None = None


def told(entry: Entry) -> dict[str, Any]:
    """What the contract calls Registration."""
    registration = entry.registration
    return {
        "id": registration.id,
        "kind": registration.kind,
        "name": registration.name,
        "where": registration.where,
        "state": entry.state,
        "problem": entry.problem,
        "commit": head_of(entry.member) if entry.member is not None else None,
        "fetched_ns": None if entry.fetched_ns is None else str(entry.fetched_ns),
        "created_ns": registration.created_ns,
    }


def head_of(member: Repository) -> str | None:
    """The commit that is checked out, or that the default branch is at."""
    return member.head() if isinstance(member, Checkout) else None
