"""The addresses that may be cloned from, and the credentials for them.

An address is kept and shown, so it holds no secret: those come from a file in the form of git's own `store` helper
(`https://user:token@host`), or from an environment variable of such lines.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from spanorigin_server.answers import Refused
from spanorigin_server.records import StartRefused

_SCHEMES: Final = ("https", "http", "ssh", "git", "file")
_SCP_ADDRESS: Final = re.compile(r"(?:[^@/]+@)?([^:/@]+):(?!//)(.+)")
_SCP: Final = re.compile(r"(?:([\w.+-]+)@)?([\w][\w.-]*):(?!//)([^\s:][^\s]*)")


class Credentials:
    """User names and passwords by address. Read again at each fetch, so that a renewed token counts."""

    def __init__(self, file: Path | None = None, lines: str = "") -> None:
        self._file = file
        self._lines = lines
        if file is not None and not file.is_file():
            raise StartRefused(
                f"There is no file {file} with credentials of git. Give one with lines such as "
                "https://user:token@example.com, or leave SPANORIGIN_GIT_CREDENTIALS_FILE out.",
                slug="credentials-not-there",
            )

    def of(self, address: str) -> dict[str, str]:
        """`username` and `password` for an address; empty where there are none, and for ssh, which has its keys."""
        wanted = urlsplit(address)
        if wanted.scheme not in ("https", "http"):
            return {}
        for known in self._known():
            is_same = (known.scheme, _host(known)) == (wanted.scheme, _host(wanted))
            path = known.path.strip("/")
            if is_same and (not path or f"{wanted.path.strip('/')}/".startswith(f"{path}/")):
                return {"username": unquote(known.username or ""), "password": unquote(known.password or "")}
        return {}

    def _known(self) -> Iterable[SplitResult]:
        text = self._lines
        if self._file is not None:
            # Unreadable by now: the fetch fails with what the other side says.
            with contextlib.suppress(OSError, UnicodeDecodeError):
                text += "\n" + self._file.read_text(encoding="utf-8")
        for line in text.splitlines():
            try:
                found = urlsplit(line.strip())
                if found.hostname and (found.username or found.password):
                    yield found
            except ValueError:
                continue


def checked_address(url: str) -> str:
    """An address to clone from, ssh's short form written out. Raises Refused."""
    text = url.strip()
    if (short := _SCP.fullmatch(text)) and "://" not in text:
        text = f"ssh://{short[1] + '@' if short[1] else ''}{short[2]}/{short[3].lstrip('/')}"
    try:
        parts = urlsplit(text)
        _host(parts)
    except ValueError:
        raise _unusable(url) from None
    is_file = parts.scheme == "file"
    if (
        parts.scheme not in _SCHEMES
        or len(text) > 1000
        or not text.isprintable()
        or " " in text
        or bool(parts.hostname) == is_file
        or (parts.hostname or "").startswith("-")
        or (parts.username or "").startswith("-")
        or not parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise _unusable(url)
    if parts.password is not None or (parts.username and parts.scheme in ("http", "https")):
        raise Refused(
            "The address holds credentials, and it is kept and shown. Leave them out, and put them into the file that "
            "SPANORIGIN_GIT_CREDENTIALS_FILE names.",
            slug="repository-credentials",
        )
    return text


def _host(parts: SplitResult) -> tuple[str | None, int | None]:
    return parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _unusable(url: str) -> Refused:
    # The words may hold a password in a form that was not understood, so they are not said again.
    message = (
        f"That is no address to clone from ({len(url)} characters). Give one such as https://example.com/acme/shop, "
        "git@example.com:acme/shop.git or file:///srv/git/shop.git."
    )
    return Refused(message, slug="repository-address")


def same_address(address: str) -> str:
    """A repository's address in the one form in which all its spellings are equal: host/path, lower case.

    `git@host:a/b.git`, `ssh://git@host:22/a/b` and `https://user:secret@HOST/a/b/` are one repository.
    """
    text = address.strip()
    if (scp := _SCP_ADDRESS.fullmatch(text)) and "://" not in text:
        text = f"{scp[1]}/{scp[2]}"
    text = re.sub(r"^[a-zA-Z][a-zA-Z0-9+.-]*://", "", text)
    host, slash, path = text.partition("/")
    host = re.sub(r":\d+$", "", host.rsplit("@", 1)[-1])
    return f"{host}{slash}{path}".lower().rstrip("/").removesuffix(".git")
