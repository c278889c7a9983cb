"""Sessions of people: a cookie in the browser, and here what it stands for.

Kept in memory: whoever was signed in when the server ended signs in again. The cookie is a random word, and only its
hash is kept, as of tokens.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .principal import Principal

VALID_FOR_S: Final = 12 * 3600
SESSIONS_MOST: Final = 10_000
COOKIE: Final = "spanorigin-session"


@dataclass(frozen=True, slots=True)
class Session:
    """Who signed in, until when on the monotonic clock, and by which token, if it was one."""

    principal: Principal
    ends_at: float
    token_id: str | None = None


class Sessions:
    """Used from one event loop."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._by_hash: dict[bytes, Session] = {}

    def begin(self, principal: Principal, token_id: str | None = None, valid_for_s: float = VALID_FOR_S) -> str:
        """The cookie's value for a new session."""
        if len(self._by_hash) >= SESSIONS_MOST:
            now = self._now()
            self._by_hash = {key: session for key, session in self._by_hash.items() if session.ends_at > now}
            while len(self._by_hash) >= SESSIONS_MOST:
                del self._by_hash[next(iter(self._by_hash))]
        value = secrets.token_urlsafe(32)
        self._by_hash[_hash(value)] = Session(principal, self._now() + valid_for_s, token_id)
        return value

    def of(self, value: str) -> Session | None:
        session = self._by_hash.get(_hash(value))
        if session is not None and session.ends_at <= self._now():
            self.end(value)
            return None
        return session

    def end(self, value: str) -> None:
        self._by_hash.pop(_hash(value), None)


def cookie_of(header: str, name: str = COOKIE) -> str | None:
    """The value of a cookie in a Cookie header."""
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


def set_cookie(
    value: str, *, is_secure: bool, max_age_s: int = VALID_FOR_S, path: str = "/", name: str = COOKIE
) -> str:
    """A Set-Cookie header: not for scripts, not for other sites' requests, gone after `max_age_s`."""
    secure = "; Secure" if is_secure else ""
    return f"{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}"


def _hash(value: str) -> bytes:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()
