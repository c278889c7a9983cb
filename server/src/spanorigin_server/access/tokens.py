"""Tokens: random words that programs show to be let in. Kept as hashes in one file of the data folder.

`spanorigin token` writes the file, a server beside it reads it: the file is looked at again for each request, so that a
token counts, and stops counting, at once. Decision 0170 says why a plain SHA-256 is enough.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from spanorigin_server.records import ServerError

from .scopes import Right

FILE_NAME: Final = "tokens.json"
# So that scanners for leaked secrets, and people, know what it is.
PREFIX: Final = "spanorigin_"
_NAME_MOST: Final = 100


class TokensUnreadable(ServerError):  # noqa: N818  # named for what came about
    """The file of tokens cannot be read. Nobody is let in on a guess."""


class TokenRefused(ServerError):  # noqa: N818  # likewise
    """The tokens cannot be changed as asked."""


class Token(msgspec.Struct, frozen=True):
    """A token without its secret. Times are nanoseconds since the epoch, in digits."""

    id: str
    name: str
    rights: list[Right]
    sha256: str
    created_ns: str
    expires_ns: str | None = None

    def is_valid_at(self, now_ns: int) -> bool:
        return self.expires_ns is None or now_ns < int(self.expires_ns)


class Tokens:
    """The tokens of one file. May be used from any thread, and beside other processes that do."""

    def __init__(self, file: Path, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._file = file
        self._now_ns = now_ns
        self._seen: tuple[int, int, int] | None = None
        self._by_hash: dict[str, Token] = {}

    def of_secret(self, secret: str) -> Token | None:
        """The valid token with this secret. Raises TokensUnreadable."""
        # By hash in a dictionary: how long that takes tells of hashes, which nobody can choose.
        token = self._current().get(_hash(secret))
        return token if token is not None and token.is_valid_at(self._now_ns()) else None

    def is_valid(self, token_id: str) -> bool:
        """Is there still such a token? Raises TokensUnreadable."""
        now_ns = self._now_ns()
        return any(token.id == token_id and token.is_valid_at(now_ns) for token in self._current().values())

    def listed(self) -> list[Token]:
        """All tokens, the oldest first. Raises TokensUnreadable."""
        return sorted(self._current().values(), key=lambda token: (int(token.created_ns), token.id))

    def add(self, name: str, rights: Collection[Right], valid_for_s: float | None = None) -> tuple[Token, str]:
        """Make a token; it and its secret, which is told this once. Raises TokenRefused, TokensUnreadable."""
        if not name.strip() or len(name) > _NAME_MOST or not name.isprintable():
            raise TokenRefused(
                f"The token's name is {name[:_NAME_MOST]!r}, but it takes 1 to {_NAME_MOST} characters in one line. "
                "Name who will use it.",
                slug="token-name",
            )
        secret = PREFIX + secrets.token_urlsafe(32)
        now_ns = self._now_ns()
        expires_ns = None if valid_for_s is None else str(now_ns + int(valid_for_s * 1e9))
        ordered = [right for right in Right if right in rights]
        token = Token(secrets.token_hex(4), name.strip(), ordered, _hash(secret), str(now_ns), expires_ns)
        with self._alone():
            tokens = self._read()
            if any(other.name == token.name for other in tokens):
                raise TokenRefused(
                    f"There is a token called {token.name!r} already, and two of a name cannot be told apart. "
                    "Give another name, or revoke that one first.",
                    slug="token-name-taken",
                )
            self._write([*tokens, token])
        return token, secret

    def revoke(self, name: str) -> Token:
        """Remove the token with this name or id. Raises TokenRefused, TokensUnreadable."""
        with self._alone():
            tokens = self._read()
            found = next((token for token in tokens if name in (token.name, token.id)), None)
            if found is None:
                raise TokenRefused(
                    f"There is no token called {name!r} in {self._file}. `spanorigin token list` shows "
                    "those there are.",
                    slug="token-not-found",
                )
            self._write([token for token in tokens if token is not found])
        return found

    def _current(self) -> dict[str, Token]:
        """The tokens by hash, read again where the file is another than it was."""
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._seen, self._by_hash = None, {}
            return self._by_hash
        except OSError as error:
            raise self._unreadable(error) from None
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if seen != self._seen:
            self._by_hash = {token.sha256: token for token in self._read()}
            self._seen = seen
        return self._by_hash

    def _read(self) -> list[Token]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=list[Token])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError) as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: Exception) -> TokensUnreadable:
        return TokensUnreadable(
            f"The tokens in {self._file} cannot be read: {error}. Nobody is let in meanwhile. "
            "Mend the file, or move it away and make new tokens.",
            slug="tokens-unreadable",
        )

    def _write(self, tokens: list[Token]) -> None:
        draft = self._file.with_suffix(".draft")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(tokens)))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._file)
        except OSError as error:
            raise self._unwritable(error) from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two that add at once must not lose each other's token."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _unwritable(self, error: OSError) -> TokenRefused:
        return TokenRefused(
            f"The tokens cannot be written to {self._file}: {error.strerror}. Nothing was changed. "
            "Run the command as the user whom the data folder belongs to.",
            slug="tokens-not-written",
        )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
