"""Spoil a value of maps, lists and scalars, as JSON and msgpack have them: place by place, then as text or bytes."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable
from typing import Any

import msgspec

from . import interesting

Place = tuple[Any, Any]  # a map or list, and the key or index in it
Scalar = Callable[[random.Random], Any]


def spoiled(value: Any, chance: random.Random, scalar: Scalar) -> Any:
    """The value with one to four changes; `scalar` makes what the form has beyond maps and lists."""
    value = [value]
    for _ in range(chance.choice((1, 1, 2, 4))):
        holder, key = chance.choice(list(_places(value)))
        match chance.randrange(9):
            case 0 if holder is not value:
                del holder[key]
            case 1 if isinstance(holder, list) and holder is not value:
                holder[key:key] = [copy.deepcopy(holder[key])] * chance.choice((1, 2, 20, 300))
            case 2 if isinstance(holder, dict):
                holder[_name(chance)] = holder.pop(key)
            case 3:
                holder[key] = _buried(holder[key], chance)
            case 4:
                other, other_key = chance.choice(list(_places(value)))
                holder[key] = copy.deepcopy(other[other_key])
            case 5:
                _rename_attribute(value, chance)
            case _:
                holder[key] = scalar(chance)
    return value[0]


def json_scalar(chance: random.Random) -> Any:
    return chance.choice(
        (
            None,
            True,
            False,
            {},
            [],
            "",
            interesting.whole(chance),
            str(interesting.whole(chance)),
            interesting.fraction(chance),
            interesting.text(chance),
            interesting.text(chance),
            10 ** chance.choice((20, 400)),
        )
    )


def json_text(value: Any, chance: random.Random) -> bytes:
    """JSON as Python has it, NaN included; in one case of five spoiled as text."""
    written = json.dumps(value, ensure_ascii=chance.random() < 0.5).encode(errors="surrogatepass")
    match chance.randrange(25):
        case 0:
            return b"\xef\xbb\xbf" + written
        case 1:
            return written.decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-32-be")))
        case 2:
            # A key that comes twice.
            return re.sub(rb'("[a-zA-Z]+":)', rb"\1 null, \1", written, count=chance.randrange(1, 4))
        case 3:
            return written.replace(b",", chance.choice((b",,", b";", b",\0")), 1)
        case 4:
            return bytes_spoiled(written, chance)
        case _:
            return written


def msgpack_scalar(chance: random.Random) -> Any:
    return chance.choice(
        (
            None,
            True,
            {},
            [],
            {1: 2},
            {None: ""},
            interesting.whole(chance),
            interesting.fraction(chance),
            interesting.text(chance).encode(errors="replace").decode(),
            interesting.octets(chance),
            msgspec.msgpack.Ext(chance.randrange(-128, 128), interesting.octets(chance)),
        )
    )


def msgpack_bytes(value: Any, chance: random.Random) -> bytes:
    """msgpack; in one case of five with heads that promise more than there is, or spoiled otherwise."""
    written = msgspec.msgpack.encode(value)
    match chance.randrange(15):
        case 0:
            # The heads of lists, maps, texts, bytes and extensions of up to four thousand million.
            head = chance.choice((b"\xdd", b"\xdf", b"\xdb", b"\xc6", b"\xc9"))
            return head + chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\x0f\xff\xff")) + written
        case 1:
            return bytes([chance.choice((0x91, 0x92, 0x81, 0xC1))]) * chance.choice((1, 100, 5000)) + written
        case 2:
            return bytes_spoiled(written, chance)
        case _:
            return written


def bytes_spoiled(given: bytes, chance: random.Random) -> bytes:
    """Cut, with other bytes in it, with more bytes in it, or two of them joined."""
    body = bytearray(given)
    match chance.randrange(5):
        case 0:
            del body[chance.randrange(len(body) + 1) :]
        case 1:
            for _ in range(chance.randrange(1, 9)):
                if body:
                    body[chance.randrange(len(body))] = chance.randrange(256)
        case 2:
            at = chance.randrange(len(body) + 1)
            body[at:at] = chance.randbytes(chance.randrange(1, 64))
        case 3:
            start = chance.randrange(len(body) + 1)
            del body[start : start + chance.randrange(1, 64)]
        case _:
            body += body[chance.randrange(len(body) + 1) :]
    return bytes(body)


def _places(value: Any) -> list[Place]:
    found: list[Place] = []
    within = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in within:
        found.append((value, key))
        if isinstance(inner, (dict, list)):
            found += _places(inner)
    return found


def _rename_attribute(value: Any, chance: random.Random) -> None:
    """Of OTLP's pairs, or of Datadog's maps: an attribute gets a name that the server knows."""
    pairs = [(holder, key) for holder, key in _places(value) if key == "key"]
    maps = [holder[key] for holder, key in _places(value) if key in ("meta", "metrics", "tags") and holder[key]]
    if pairs:
        holder, key = chance.choice(pairs)
        holder[key] = chance.choice(interesting.KNOWN_KEYS)
    elif maps:
        holder = chance.choice(maps)
        if isinstance(holder, dict):
            holder[_name(chance)] = chance.choice(list(holder.values()))


def _name(chance: random.Random) -> str:
    return chance.choice(interesting.KNOWN_KEYS) if chance.random() < 0.5 else str(interesting.whole(chance))


def _buried(value: Any, chance: random.Random) -> Any:
    for _ in range(chance.choice((1, 3, 60, 200))):
        value = [value] if chance.random() < 0.5 else {"values": value}
    return value
