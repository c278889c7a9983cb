"""Values at the edges: what programs trip over, as whole numbers, fractions, texts and bytes.

All choices are made by a `random.Random` that the caller gives, so that an example comes again from its number.
"""

from __future__ import annotations

import random
import time

# Attributes that mean something to the server: half of all attribute names are of these, so that values of the wrong
# kind, and half of what belongs together, get to where they are understood.
KNOWN_KEYS = (
    "service.name",
    "service.version",
    "deployment.environment.name",
    "vcs.repository.url.full",
    "vcs.ref.head.revision",
    "vcs.root.path",
    "git.repository_url",
    "spanorigin.source.root",
    "spanorigin.type",
    "spanorigin.frames",
    "code.file.path",
    "code.filepath",
    "code.line.number",
    "code.lineno",
    "code.function.name",
    "code.function",
    "code.namespace",
    "_dd.code_origin.type",
    "_dd.code_origin.frames.0.file",
    "_dd.code_origin.frames.0.line",
    "_dd.code_origin.frames.0.method",
    "_dd.code_origin.frames.7.file",
    "_dd.p.tid",
    "_dd.git.commit.sha",
    "span.kind",
    "http.request.method",
    "http.response.status_code",
    "http.status_code",
    "http.route",
    "url.full",
    "url.path",
    "server.address",
    "server.port",
    "db.query.text",
    "db.query.summary",
    "db.collection.name",
    "rpc.method",
    "messaging.destination.name",
    "resource.name",
    "error.message",
    "exception.stacktrace",
    "otel.dropped_attributes_count",
)

_TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\n",
    "\t'\"`\\",
    "\\",
    "'",
    "{x:String}",
    "${database}",
    "%s%n%d",
    "\u202eabc",
    "\ufeff",
    "\ufffd",
    "\U0001f600",
    "e\u0301" * 20,
    "null",
    "NaN",
    "-1",
    "1e999",
    "0x10",
    "9223372036854775808",
    "../../../../etc/passwd",
    "/srv/shop/app/views.py",
    "C:\\shop\\app\\views.py",
    "file:///srv/shop/app/views.py",
    "/srv/shop/app/views.py:12 app.views.show\n:: \n/a:99999999999999999999 f\n:1",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "entry",
    "exit",
    "[" * 50,
    '{"a":' * 50,
)
_WHOLE = (0, 1, -1, 2, 5, 6, 127, 128, 255, 256, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 + 1)
_WHOLE_64 = (2**63 - 1, 2**63, 2**64 - 1, -(2**31), -(2**63))
_FRACTIONS = (0.0, -0.0, 0.1, 1e308, -1e308, 5e-324, 1.5e19, float("inf"), float("-inf"), float("nan"))


def whole(chance: random.Random, *, low: int = -(2**63), high: int = 2**64 - 1) -> int:
    """A whole number from `low` to `high`; often a time of now, or one between 2000 and 2040."""
    match chance.randrange(5):
        case 0:
            found = time.time_ns() + chance.choice((-1, 1)) * chance.choice((0, 1, 10**9, 10**13, 86_400 * 10**9))
        case 1:
            found = chance.randrange(946_684_800, 2_208_988_800) * 10**9
        case 2:
            found = chance.choice(_WHOLE_64)
        case 3:
            found = chance.getrandbits(chance.randrange(1, 65))
        case _:
            found = chance.choice(_WHOLE)
    return min(max(found, low), high)


def fraction(chance: random.Random) -> float:
    return chance.choice(_FRACTIONS) if chance.random() < 0.7 else chance.uniform(-1e6, 1e6)


def text(chance: random.Random) -> str:
    """Mostly short, now and then of some ten thousand characters. May hold what UTF-8 has no bytes for."""
    match chance.randrange(8):
        case 0:
            return "".join(chr(chance.randrange(0x20, 0x3000)) for _ in range(chance.randrange(1, 20)))
        case 1:
            return chance.choice(KNOWN_KEYS)
        case 2:
            return chance.choice(("a", "\0", "ß", "\U0001f600", "/", "\n")) * chance.choice((100, 1000, 20_000))
        case 3:
            return "a" + chr(chance.choice((0xD800, 0xDFFF, 0xFFFE, 0xFFFF, 0x10FFFF, 0x7F, 0x80, 0x85, 0x2028)))
        case _:
            return chance.choice(_TEXTS)


def octets(chance: random.Random) -> bytes:
    """Bytes that are no UTF-8, or ids of every length, or those of a text."""
    match chance.randrange(4):
        case 0:
            return chance.randbytes(chance.choice((0, 1, 7, 8, 9, 15, 16, 17, 32)))
        case 1:
            return bytes(chance.choice((8, 16)))
        case 2:
            return chance.choice((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"a\xe2\x82", b"\xf5\x80\x80\x80"))
        case _:
            return text(chance).encode(errors="replace")
