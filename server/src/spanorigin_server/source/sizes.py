"""How large an object of git is, before it is unpacked: a few kilobytes of a pack can be gigabytes of zeros.

git's packs say the size of an object at its beginning; of one that is kept as a difference, the difference says that of
its base too, at its own beginning. Asked by `checkout` before it reads a file.
Source: gitformat-pack(5).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

_OFS_DELTA, _REF_DELTA = 6, 7
# A difference begins with two numbers of ten bytes at most; with what stands before it, more than enough of a pack.
_BEGINNING_BYTES: Final = 20
_READ_BYTES: Final = 128
# git makes chains of 50, and reads none above this.
_CHAIN_MOST: Final = 4096


def packed_size(packs: Sequence[Any], object_id: bytes) -> int | None:
    """The bytes that reading an object takes at once: its own size, or of those it is made from the largest.

    `packs` are dulwich's, `object_id` is in hex. None for an object that is in no pack.
    """
    raw = bytes.fromhex(object_id.decode())
    for pack in packs:
        try:
            at = pack.index.object_offset(raw)
        except KeyError:
            continue
        return _size_at(pack, at)
    return None


def _size_at(pack: Any, at: int) -> int:
    largest = 0
    with Path(pack.data.path).open("rb") as file:
        for _ in range(_CHAIN_MOST):
            begun = at
            file.seek(at)
            kind, size, rest = _beginning(file.read(_READ_BYTES))
            largest = max(largest, size)
            if kind == _REF_DELTA:
                base, rest = rest[:20], rest[20:]
                try:
                    at = pack.index.object_offset(base)
                except KeyError:  # in another pack: git itself writes no such thing to a disk
                    return largest
            elif kind == _OFS_DELTA:
                back, rest = _way_back(rest)
                at = begun - back
            else:
                return largest
            of_base, rest = _number(zlib.decompressobj().decompress(rest, _BEGINNING_BYTES))
            largest = max(largest, of_base, _number(rest)[0])
    return largest


def _beginning(content: bytes) -> tuple[int, int, bytes]:
    """An object's kind and size, and what follows."""
    more, rest = _number(content[1:]) if content[0] & 128 else (0, content[1:])
    return content[0] >> 4 & 7, content[0] & 15 | more << 4, rest


def _way_back(content: bytes) -> tuple[int, bytes]:
    """How far before an object its base begins, and what follows."""
    back = content[0] & 127
    place = 0
    while content[place] & 128:
        place += 1
        back = (back + 1 << 7) | (content[place] & 127)
    return back, content[place + 1 :]


def _number(content: bytes) -> tuple[int, bytes]:
    """A number, seven bits a byte and the smallest first, and what follows it."""
    number = shift = 0
    for place, byte in enumerate(content):
        number |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            return number, content[place + 1 :]
    return number, b""
