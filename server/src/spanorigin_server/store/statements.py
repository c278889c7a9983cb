"""Read the `.sql` files beside this module: one object or question each."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def statement_text(folder: str, name: str, suffix: str = ".sql") -> str:
    """The text of `folder`/`name`.sql, as it lies in the package. Read once."""
    return (files(__package__) / folder / f"{name}{suffix}").read_text(encoding="utf-8")
