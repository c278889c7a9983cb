"""Sign people in by way of an OpenID Connect provider: authorization code with PKCE, state and nonce.

`sign_in` has the pages; here is what is said to the provider, and the check of what it says. Its addresses and keys are
discovered, and its keys asked for again when one signs that is not known. Signatures are joserfc's business.
Source: OpenID Connect Core 1.0 and Discovery 1.0; RFC 7636 (PKCE), RFC 9207 (issuer in the answer); decision 0175.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from spanorigin_server.records import ServerError

from .principal import Principal
from .roles import ROLES, role_of

_ANSWER_MOST: Final = 1024 * 1024
_TIMEOUT_S: Final = 10.0
_KNOWN_FOR_S: Final = 3600.0
_KEYS_AGAIN_AFTER_S: Final = 10.0
_PENDING_FOR_S: Final = 600.0
_PENDING_MOST: Final = 10_000
_LEEWAY_S: Final = 60
# Signatures that only the provider can make. With HS256 whoever knows the client's secret could; "none" is none.
ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)


class SignInFailed(ServerError):  # noqa: N818  # named for what came about
    """Somebody is not signed in; the message is fit for them."""


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """`roles` is claim value -> role; `scopes` are separated by spaces."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    role_claim: str
    roles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Pending:
    nonce: str
    verifier: str
    redirect_uri: str
    to: str
    ends_at: float


@dataclass(slots=True)
class Oidc:
    """One provider. Everything that asks it blocks, and is called in threads."""

    settings: OidcSettings
    now: Callable[[], float] = time.monotonic
    _pending: dict[str, _Pending] = field(default_factory=dict)
    _metadata: tuple[float, dict[str, Any]] | None = None
    _keys: tuple[float, KeySet] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begun(self, redirect_uri: str, to: str) -> tuple[str, str]:
        """The provider's address to send the browser to, and the state that has to come back with it."""
        metadata = self._discovered()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self._lock:
            now = self.now()
            for old in [key for key, pending in self._pending.items() if pending.ends_at < now]:
                del self._pending[old]
            while len(self._pending) >= _PENDING_MOST:
                del self._pending[next(iter(self._pending))]
            self._pending[state] = _Pending(nonce, verifier, redirect_uri, to, now + _PENDING_FOR_S)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        parameters = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.settings.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        at = str(metadata["authorization_endpoint"])
        return f"{at}{'&' if '?' in at else '?'}{urllib.parse.urlencode(parameters)}", state

    def finished(self, answer: Mapping[str, str], state_of_browser: str) -> tuple[Principal, str]:
        """Who has signed in, and where they wanted to go. Raises SignInFailed."""
        state = answer.get("state", "")
        with self._lock:
            pending = self._pending.pop(state, None)
        if pending is None or pending.ends_at < self.now() or state != state_of_browser:
            raise SignInFailed(
                "This sign-in was not begun in this browser, was used already, or took longer than ten minutes. "
                "Begin again.",
                slug="oidc-state",
            )
        if "error" in answer:
            said = answer.get("error_description") or answer["error"]
            raise SignInFailed(f"The provider did not sign you in: {said[:300]}. Begin again.", slug="oidc-refused")
        metadata = self._discovered()
        must_say = bool(metadata.get("authorization_response_iss_parameter_supported"))
        if answer.get("iss", None if must_say else self.settings.issuer) != self.settings.issuer:
            raise SignInFailed("The answer is another provider's. Begin again.", slug="oidc-answer")
        tokens = self._exchanged(metadata, answer.get("code", ""), pending)
        claims = self._checked(metadata, str(tokens.get("id_token", "")), pending.nonce)
        role = self._role(metadata, claims, str(tokens.get("access_token", "")))
        name = next(str(claims[key]) for key in ("email", "preferred_username", "name", "sub") if claims.get(key))
        if role is None:
            raise SignInFailed(
                f"You are signed in as {name}, and nothing gives you a role on this server. Ask whoever runs it "
                f"(SPANORIGIN_OIDC_ROLES, by your {self.settings.role_claim!r}).",
                slug="oidc-no-role",
            )
        return Principal(name, ROLES[role], "person"), pending.to

    def _discovered(self) -> dict[str, Any]:
        known = self._metadata
        if known is not None and known[0] > self.now():
            return known[1]
        metadata = _asked(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != self.settings.issuer:
            raise SignInFailed(
                f"The provider calls itself {metadata.get('issuer')!r}, and the server knows it as "
                f"{self.settings.issuer!r}. SPANORIGIN_OIDC_ISSUER has to be what it calls itself.",
                slug="oidc-issuer",
            )
        for endpoint in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not str(metadata.get(endpoint, "")).startswith(("https://", "http://")):
                raise SignInFailed(f"The provider does not say its {endpoint}.", slug="oidc-answer")
        self._metadata = (self.now() + _KNOWN_FOR_S, metadata)
        return metadata

    def _exchanged(self, metadata: Mapping[str, Any], code: str, pending: _Pending) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": pending.redirect_uri,
            "code_verifier": pending.verifier,
        }
        headers = {}
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        client, secret = self.settings.client_id, self.settings.client_secret
        if secret and "client_secret_basic" in methods:
            pair = f"{urllib.parse.quote(client, safe='')}:{urllib.parse.quote(secret, safe='')}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": client} | ({"client_secret": secret} if secret else {})
        return _asked(str(metadata["token_endpoint"]), form, headers)

    def _checked(self, metadata: Mapping[str, Any], id_token: str, nonce: str) -> dict[str, Any]:
        """The claims of an id token that the provider has signed for us, now, in answer to this sign-in."""
        try:
            header = jws.extract_compact(id_token.encode()).headers()
            token = jwt.decode(id_token, self._keys_with(metadata, header.get("kid")), algorithms=list(ALGORITHMS))
            claims = jwt.JWTClaimsRegistry(
                leeway=_LEEWAY_S,
                iss={"essential": True, "value": self.settings.issuer},
                aud={"essential": True, "value": self.settings.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            claims.validate(token.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise SignInFailed(
                f"What the provider says of you does not hold: {error}. Begin again.", slug="oidc-answer"
            ) from None
        for_whom = token.claims["aud"]
        is_for_others = isinstance(for_whom, list) and len(for_whom) > 1
        if token.claims.get("azp", None if is_for_others else self.settings.client_id) != self.settings.client_id:
            raise SignInFailed("The provider's answer was made for another program. Begin again.", slug="oidc-answer")
        return _proved(token.claims)

    def _keys_with(self, metadata: Mapping[str, Any], key_id: str | None) -> KeySet:
        """The provider's keys; asked for again, but not all the time, when this one is not among them."""
        known = self._keys
        if known is not None:
            is_there = key_id is None or any(key.kid == key_id for key in known[1].keys)
            if is_there and self.now() - known[0] < _KNOWN_FOR_S:
                return known[1]
            if not is_there and self.now() - known[0] < _KEYS_AGAIN_AFTER_S:
                return known[1]
        keys = KeySet.import_key_set(_asked(str(metadata["jwks_uri"])))  # type: ignore[arg-type]  # joserfc checks it
        self._keys = (self.now(), keys)
        return keys

    def _role(self, metadata: Mapping[str, Any], claims: dict[str, Any], access_token: str) -> str | None:
        role = role_of(claims, self.settings.role_claim, self.settings.roles)
        at = metadata.get("userinfo_endpoint")
        if at and access_token and self.settings.role_claim.partition(".")[0] not in claims:
            # Many providers keep an id token short, and tell the rest here.
            told = _asked(str(at), headers={"authorization": f"Bearer {access_token}"})
            if told.get("sub") == claims["sub"]:
                claims |= {key: value for key, value in _proved(told).items() if key not in claims}
                role = role_of(claims, self.settings.role_claim, self.settings.roles)
        return role


def _proved(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims without an address that the provider says is not proved to be the person's: anybody may claim one."""
    is_unproved = claims.get("email_verified") in (False, "false")
    return {key: value for key, value in claims.items() if not (is_unproved and key == "email")}


class _Stay(urllib.request.HTTPRedirectHandler):
    """A secret goes to the address that was discovered, and to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Stay)


def _asked(url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] = {}) -> dict[str, Any]:
    """The JSON object at the provider's address. Raises SignInFailed."""
    body = None if form is None else urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, body, {"accept": "application/json", **headers})  # noqa: S310 - discovered
    try:
        with _opener.open(request, timeout=_TIMEOUT_S) as answer:
            told = json.loads(answer.read(_ANSWER_MOST))
        if not isinstance(told, dict):
            raise ValueError("it is no JSON object")
    except urllib.error.HTTPError as refused:
        reason = refused.read(300).decode("utf-8", "replace")
        raise SignInFailed(
            f"The provider refused at {url}: {refused.code} {reason}. Begin again.", slug="oidc-refused"
        ) from None
    except (OSError, ValueError) as error:
        raise SignInFailed(
            f"The provider could not be asked at {url}: {getattr(error, 'reason', error)}. Try again in a moment.",
            slug="oidc-unreachable",
        ) from None
    return told
