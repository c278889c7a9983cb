"""A reason why there is nothing to show, in words for a person. Ground floor: `query` and `source` both give them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is missing and what to do about it; the slug is a heading in docs/messages.md."""

    slug: str
    message: str
    remedy: str | None = None
