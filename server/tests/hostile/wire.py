"""Spoil a protobuf message field by field: the message is read into a tree, some of it changed, and written again.

What comes out is nearly always a message still, with something in it that no SDK sends: fields of another type, twice,
out of order, nested a hundred deep, with a length that lies. Source: the protobuf encoding's description.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from . import interesting

_VARINT, _FIXED64, _BYTES, _GROUP, _GROUP_END, _FIXED32 = range(6)


@dataclass(slots=True)
class Field:
    """A field of a message. `value` is a number, bytes, or the fields of a message."""

    number: int
    kind: int
    value: int | bytes | list[Field]
    # What is added to the length that is told, and the empty bytes that a varint is padded with.
    lie: int = 0
    padding: int = 0


Place = tuple[list[Field], int]


def read(message: bytes, descriptor: Any) -> list[Field]:
    """The fields of a sound message of this protobuf type."""
    fields, at = [], 0
    while at < len(message):
        tag, at = _varint_at(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint_at(message, at)
            fields.append(Field(number, kind, value))
        elif kind == _BYTES:
            size, at = _varint_at(message, at)
            content = message[at : at + size]
            at += size
            inner = descriptor.fields_by_number[number].message_type
            fields.append(Field(number, kind, content if inner is None else read(content, inner)))
        else:
            size = 8 if kind == _FIXED64 else 4
            fields.append(Field(number, kind, int.from_bytes(message[at : at + size], "little")))
            at += size
    return fields


def written(fields: list[Field]) -> bytes:
    return b"".join(_one(field) for field in fields)


def spoiled(fields: list[Field], chance: random.Random) -> list[Field]:
    """The tree with one to four changes, each at a place of its own. Changes the tree that it is given."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        places = list(_places(fields))
        if places:
            _CHANGES[chance.randrange(len(_CHANGES))](chance.choice(places), places, chance)
    return fields


def _places(fields: list[Field]) -> list[Place]:
    found: list[Place] = []
    for at, field in enumerate(fields):
        found.append((fields, at))
        if isinstance(field.value, list):
            found += _places(field.value)
    return found


def _one(field: Field) -> bytes:
    tag = _varint((field.number << 3) | field.kind, field.padding if field.kind == _GROUP else 0)
    value = field.value
    if isinstance(value, list):
        value = written(value)
    if isinstance(value, int):
        match field.kind:
            case 1:
                return tag + (value % 2**64).to_bytes(8, "little")
            case 5:
                return tag + (value % 2**32).to_bytes(4, "little")
            case 2:
                value = _varint(value)
            case _:
                return tag + _varint(value, field.padding)
    match field.kind:
        case 2:
            return tag + _varint(max(0, len(value) + field.lie), field.padding) + value
        case 3:
            return tag + value + _varint((field.number << 3) | _GROUP_END)
        case 1:
            return tag + value[:8].ljust(8, b"\0")
        case 5:
            return tag + value[:4].ljust(4, b"\0")
        case _:
            return tag + value


def _drop(place: Place, _others: list[Place], _chance: random.Random) -> None:
    fields, at = place
    del fields[at]


def _repeat(place: Place, _others: list[Place], chance: random.Random) -> None:
    fields, at = place
    fields[at:at] = [fields[at]] * chance.choice((1, 2, 20, 300))


def _renumber(place: Place, _others: list[Place], chance: random.Random) -> None:
    fields, at = place
    number = chance.choice((0, 19000, 2**29 - 1, 2**29, *range(1, 18)))
    fields[at] = Field(number, fields[at].kind, fields[at].value)


def _retype(place: Place, _others: list[Place], chance: random.Random) -> None:
    fields, at = place
    fields[at] = Field(fields[at].number, chance.randrange(8), fields[at].value)


def _revalue(place: Place, _others: list[Place], chance: random.Random) -> None:
    fields, at = place
    given = fields[at]
    value = interesting.octets(chance) if given.kind == _BYTES else interesting.whole(chance) % 2**64
    fields[at] = Field(given.number, given.kind, value)


def _rename(_place: Place, others: list[Place], chance: random.Random) -> None:
    """An attribute gets a name that the server knows, or any other."""
    texts = [
        (fields, at)
        for fields, at in others
        if fields[at].number == 1 and len(fields) == 2 and isinstance(fields[at].value, bytes)
    ]
    if texts:
        fields, at = chance.choice(texts)
        key = chance.choice(interesting.KNOWN_KEYS) if chance.random() < 0.8 else interesting.text(chance)
        fields[at] = Field(1, _BYTES, key.encode(errors="surrogatepass"))


def _lie(place: Place, _others: list[Place], chance: random.Random) -> None:
    fields, at = place
    given = fields[at]
    fields[at] = Field(given.number, given.kind, given.value, lie=chance.choice((-1, 1, 5, 1000, 2**31, 2**40)))


def _pad(place: Place, _others: list[Place], chance: random.Random) -> None:
    fields, at = place
    given = fields[at]
    fields[at] = Field(given.number, given.kind, given.value, padding=chance.choice((1, 4, 8, 12)))


def _swap(place: Place, others: list[Place], chance: random.Random) -> None:
    (fields, at), (others_fields, other_at) = place, chance.choice(others)
    if fields is others_fields:
        fields[at], fields[other_at] = fields[other_at], fields[at]
    else:
        # A copy, since either may lie within the other.
        donor = others_fields[other_at]
        value = written(donor.value) if isinstance(donor.value, list) else donor.value
        fields[at] = Field(fields[at].number, donor.kind, value)


def _shuffle(place: Place, _others: list[Place], chance: random.Random) -> None:
    chance.shuffle(place[0])


def _bury(_place: Place, others: list[Place], chance: random.Random) -> None:
    """A value lies in lists of lists, or in maps of maps."""
    values = [
        (fields, at)
        for fields, at in others
        if fields[at].number == 2 and len(fields) == 2 and isinstance(fields[at].value, list)
    ]
    if not values:
        return
    fields, at = chance.choice(values)
    value = written(fields[at].value)  # type: ignore[arg-type]
    for _ in range(chance.choice((2, 10, 60, 99, 100, 101, 500))):
        if chance.random() < 0.5:
            value = _delimited(5, _delimited(1, value))
        else:
            value = _delimited(6, _delimited(1, _delimited(1, b"k") + _delimited(2, value)))
    fields[at] = Field(2, _BYTES, value)


_CHANGES = (
    _drop, _repeat, _renumber, _retype, _revalue, _revalue, _revalue, _rename, _rename, _lie, _pad, _swap, _shuffle,
    _bury,
)  # fmt: skip


def _delimited(number: int, content: bytes) -> bytes:
    return _varint((number << 3) | _BYTES) + _varint(len(content)) + content


def _varint(value: int, padding: int = 0) -> bytes:
    pieces = bytearray()
    while value >= 0x80:
        pieces.append(value & 0x7F | 0x80)
        value >>= 7
    pieces.append(value)
    if padding:
        pieces[-1] |= 0x80
        pieces += b"\x80" * (padding - 1) + b"\0"
    return bytes(pieces)


def _varint_at(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        piece = message[at]
        at += 1
        value |= (piece & 0x7F) << shift
        if piece < 0x80:
            return value, at
        shift += 7
