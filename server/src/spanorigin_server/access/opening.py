"""Whether a server is shut, and by what it opens: put together from the settings, before the port answers.

Called by `command`, which refuses a start that nobody could use or everybody could, and by `app`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanorigin_server.records import StartRefused

from .addresses import is_loopback
from .audit import Audit
from .gate import Gate
from .oidc import Oidc, OidcSettings
from .roles import mapping_of
from .sessions import Sessions
from .tls import Certificate
from .tokens import FILE_NAME, Tokens, TokensUnreadable

if TYPE_CHECKING:
    from spanorigin_server.settings import Settings


def gate_of(settings: Settings) -> Gate:
    """The gate of a server with these settings; shut on any address but loopback."""
    demands = settings.demands_tokens_here or settings.oidc is not None or not is_loopback(settings.host)
    folder = settings.data.expanduser()
    tokens = Tokens(folder / FILE_NAME)
    return Gate(tokens, Sessions(), Audit(folder), demands=demands, public_url=settings.public_url)


def certificate_of(settings: Settings) -> Certificate | None:
    """What the server shows over TLS; None for none. Raises StartRefused where it cannot be used."""
    return None if settings.certificate is None else Certificate(*settings.certificate)


def oidc_of(settings: Settings) -> Oidc | None:
    """The provider that signs people in; None for none. Raises StartRefused for roles that make no sense."""
    given = settings.oidc
    if given is None:
        return None
    roles = mapping_of(given["ROLES"])
    return Oidc(
        OidcSettings(
            issuer=given["ISSUER"],
            client_id=given["CLIENT_ID"],
            client_secret=given["CLIENT_SECRET"],
            scopes=given["SCOPES"],
            role_claim=given["ROLE_CLAIM"],
            roles=roles,
        )
    )


def check_opening(settings: Settings) -> None:
    """Raises StartRefused where a token is demanded and none could be shown."""
    gate = gate_of(settings)
    if oidc_of(settings) is not None or not gate.demands:
        return
    try:
        tokens = gate.tokens.listed()
    except TokensUnreadable as failure:
        raise StartRefused(failure.message, slug=failure.slug) from None
    if not tokens:
        why = f"Others can reach {settings.host}" if not is_loopback(settings.host) else "Tokens are asked for"
        raise StartRefused(
            f"{why}, so the server lets nobody in without a token, and there is none in {settings.data}. Make one: "
            f"spanorigin token add NAME --right ingest --right read --data {settings.data}. For this machine alone, "
            "listen on 127.0.0.1.",
            slug="tokens-missing",
        )
