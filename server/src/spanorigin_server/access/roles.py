"""Which role a person has, by a claim of who signed them in, and what a role may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from spanorigin_server.records import StartRefused

from .scopes import Right

# The highest last. Programs send spans, not people.
ROLES: Final[Mapping[str, frozenset[Right]]] = {
    "viewer": frozenset({Right.READ}),
    "editor": frozenset({Right.READ, Right.WRITE}),
    "admin": frozenset({Right.READ, Right.WRITE, Right.ADMIN}),
}
ANYBODY: Final = "*"


def mapping_of(text: str) -> dict[str, str]:
    """A claim's value -> role, from "platform=admin,*=viewer". Raises StartRefused."""
    mapping: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        value, _, role = (piece.strip() for piece in part.rpartition("="))
        if not value or role not in ROLES:
            raise StartRefused(
                f"SPANORIGIN_OIDC_ROLES has {part!r}, but each part is VALUE=ROLE with one of the roles "
                f"{', '.join(ROLES)}; * is anybody who can sign in. Such as platform=admin,*=viewer.",
                slug="oidc-roles",
            )
        mapping[value] = role
    return mapping


def role_of(claims: Mapping[str, Any], claim: str, mapping: Mapping[str, str]) -> str | None:
    """The highest role that the claim's values give, or that anybody has; None for none.

    `claim` may lead into objects with dots, as realm_access.roles does, where there is no claim of the whole name.
    """
    value: Any = claims.get(claim)
    if value is None:
        value = claims
        for name in claim.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    values = value if isinstance(value, list) else [value]
    given = {mapping[each] for each in values if isinstance(each, str) and each in mapping and each != ANYBODY}
    given |= {mapping[ANYBODY]} if ANYBODY in mapping else set()
    return max(given, key=list(ROLES).index, default=None)
