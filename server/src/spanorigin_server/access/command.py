"""The command `spanorigin token`: make, list and revoke the tokens of a data folder.

A server that runs on that folder takes them at once: it looks at the file for each request.
"""

from __future__ import annotations

import getpass
import os
import re
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from spanorigin_server.records import ServerError
from spanorigin_server.settings import VARIABLES

from .audit import Audit
from .scopes import MEANINGS, Right
from .tokens import FILE_NAME, Token, TokenRefused, Tokens

REFUSED: Final = 2
_UNITS_S: Final = {"h": 3600, "d": 86400, "w": 7 * 86400}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked; 0, or 2 when it was refused."""
    options = _parser().parse_args(arguments)
    folder = Path(options.data or os.environ.get("SPANORIGIN_DATA") or VARIABLES["SPANORIGIN_DATA"].default or "")
    folder = folder.expanduser().absolute()
    file, audit = folder / FILE_NAME, Audit(folder)
    try:
        match options.action:
            case "add":
                return _add(Tokens(file), audit, options)
            case "revoke":
                return _revoke(Tokens(file), audit, options)
            case _:
                return _list(Tokens(file), options)
    except ServerError as refusal:
        print(f"spanorigin: {refusal.message} [{refusal.slug}]", file=sys.stderr)
        return REFUSED


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="spanorigin token", description="Tokens let programs and people into a server.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="add|list|revoke")
    add = actions.add_parser("add", help="make a token, and print it this once")
    add.add_argument("name", help="who will use it")
    add.add_argument(
        "--right",
        action="append",
        required=True,
        choices=[right.value for right in Right],
        help="what it may do; more than once for more. "
        + "; ".join(f"{right}: {meaning}" for right, meaning in MEANINGS.items()),
    )
    add.add_argument("--valid-for", metavar="TIME", help="such as 12h, 90d or 8w; without it, until it is revoked")
    listing = actions.add_parser("list", help="show the tokens, without their secrets")
    listing.add_argument("--json", action="store_true", help="for programs")
    revoke = actions.add_parser("revoke", help="end a token at once")
    revoke.add_argument("name", help="its name or id")
    for each in (add, listing, revoke):
        each.add_argument("--data", metavar="DIR", help="the server's data folder (default: ~/.spanorigin)")
    return parser


def _add(tokens: Tokens, audit: Audit, options: Namespace) -> int:
    audit.check()
    valid_for_s = None if options.valid_for is None else _seconds(options.valid_for)
    token, secret = tokens.add(options.name, [Right(right) for right in options.right], valid_for_s)
    _note(audit, f"token {token.name} ({token.id}) made: {', '.join(token.rights)}")
    print(secret)
    print(
        f"spanorigin: that is the token {token.name!r}, which may {', '.join(token.rights)}. It is shown this once: "
        "keep it where secrets are kept.",
        file=sys.stderr,
    )
    return 0


def _list(tokens: Tokens, options: Namespace) -> int:
    found = tokens.listed()
    if options.json:
        rows = [
            {
                "id": token.id,
                "name": token.name,
                "rights": token.rights,
                "created_ns": token.created_ns,
                "expires_ns": token.expires_ns,
            }
            for token in found
        ]
        print(msgspec.json.encode(rows).decode())
        return 0
    if not found:
        print("There are no tokens. Make one: spanorigin token add NAME --right read")
        return 0
    rows_of_text = [("ID", "NAME", "RIGHTS", "MADE", "ENDS"), *(_row(token) for token in found)]
    widths = [max(len(row[column]) for row in rows_of_text) for column in range(5)]
    for row in rows_of_text:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _row(token: Token) -> tuple[str, str, str, str, str]:
    ends = "when revoked" if token.expires_ns is None else _day(token.expires_ns)
    if not token.is_valid_at(time.time_ns()):
        ends += " (over)"
    return token.id, token.name, ", ".join(token.rights), _day(token.created_ns), ends


def _revoke(tokens: Tokens, audit: Audit, options: Namespace) -> int:
    audit.check()
    token = tokens.revoke(options.name)
    _note(audit, f"token {token.name} ({token.id}) revoked")
    print(f"The token {token.name!r} is revoked: no server on this folder takes it any more.")
    return 0


def _note(audit: Audit, what: str) -> None:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = str(os.getuid())
    audit.add(user, "command", "this machine", what)


def _day(epoch_ns: str) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(int(epoch_ns) // 10**9))


def _seconds(text: str) -> int:
    found = re.fullmatch("([1-9][0-9]{0,5})([hdw])", text)
    if found is None:
        raise TokenRefused(
            f"--valid-for is {text!r}, but it is a number with its unit: 12h, 90d or 8w.", slug="token-valid-for"
        )
    return int(found[1]) * _UNITS_S[found[2]]
