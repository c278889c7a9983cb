"""The few forms of the protobuf wire format that we read and write ourselves, without knowing the message.

Used by the engine (to frame rows), by the writer (rows) and by ingest (to cut a request into scopes).
Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

Encoded = TypeVar("Encoded", bytes, memoryview)

_VARINT, _FIXED64, _LENGTH_DELIMITED, _FIXED32 = 0, 1, 2, 5


class NotAMessageError(ValueError):
    """The bytes are not a protobuf message: they end too early, or hold a form that does not exist."""


def varint(number: int) -> bytes:
    """Base-128, least significant group first. `number` is from 0 to 2^64 - 1."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def varint_field(field: int, number: int) -> bytes:
    return varint(field << 3 | _VARINT) + varint(number)


def length_delimited(field: int, content: bytes) -> bytes:
    return length_delimited_head(field, len(content)) + content


def length_delimited_head(field: int, length: int) -> bytes:
    """What stands before a content of so many bytes."""
    return varint(field << 3 | _LENGTH_DELIMITED) + varint(length)


def nested_messages(message: Encoded) -> Iterator[tuple[int, Encoded]]:
    """Field number and content of each length-delimited field, in order; others are passed over. Contents are of the
    message's type: of a memoryview, they are not copied.

    Raises NotAMessageError where the bytes stop making sense.
    """
    position, end = 0, len(message)
    while position < end:
        tag, position = _read_varint(message, position)
        form = tag & 7
        if form == _LENGTH_DELIMITED:
            length, position = _read_varint(message, position)
            content = message[position : position + length]
            if len(content) != length:
                raise NotAMessageError(f"field {tag >> 3} says it has {length} bytes, and {len(content)} are there")
            yield tag >> 3, content
            position += length
        elif form == _VARINT:
            _, position = _read_varint(message, position)
        elif form in (_FIXED64, _FIXED32):
            position += 8 if form == _FIXED64 else 4
        else:
            raise NotAMessageError(f"byte {position - 1} starts a field of form {form}, which there is not")
    if position > end:
        raise NotAMessageError("the last field is cut short")


def _read_varint(message: bytes | memoryview, position: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            raise NotAMessageError("it ends within a number")
        byte = message[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
    raise NotAMessageError(f"the number that ends at byte {position} is longer than 64 bits")
