"""Hostile files for `spanorigin import`: what a disk, a copy cut short or a stranger may make of an export."""

from __future__ import annotations

import gzip
import json
import random
import tempfile
from pathlib import Path

from backports import zstd
from spanorigin_server.life.asking import Asking, Unanswered
from spanorigin_server.life.importing import NotOtlp, entries_of, sent
from spanorigin_tests.otlp import otlp_json

from . import trees
from .doors import Doors, Example, Outcome
from .spans_in import protobuf, request

_ZEROS = zstd.compress(bytes(300 * 1024 * 1024), 1)


class ImportFiles:
    """JSON lines, protobuf behind lengths, single messages; compressed whole, message by message, or falsely."""

    name = "import-files"

    def example(self, chance: random.Random) -> Example:
        count = chance.choice((1, 1, 3, 10))
        match chance.randrange(5):
            case 0:
                body = protobuf(chance)
            case 1:
                body = b"".join(self._framed(protobuf(chance), chance) for _ in range(count))
            case 2:
                # As the Collector does it: each message compressed, behind its length.
                body = b"".join(self._framed(zstd.compress(protobuf(chance)), chance) for _ in range(count))
                if chance.random() < 0.03:
                    body += len(_ZEROS).to_bytes(4, "big") + _ZEROS
            case _:
                body = b"\n".join(self._line(chance) for _ in range(count))
        if chance.random() < 0.2:
            body = chance.choice((lambda body: gzip.compress(body, 1), zstd.compress))(body)
        return Example("", trees.bytes_spoiled(body, chance) if chance.random() < 0.2 else body)

    def _framed(self, message: bytes, chance: random.Random) -> bytes:
        size = len(message) if chance.random() < 0.95 else chance.choice((0, 1, 2**31, 2**32 - 1))
        return size.to_bytes(4, "big") + message

    def _line(self, chance: random.Random) -> bytes:
        value = json.loads(otlp_json(request(chance)))
        if chance.random() < 0.6:
            value = trees.spoiled(value, chance, trees.json_scalar)
        return trees.json_text(value, chance)

    def outcome(self, doors: Doors, example: Example) -> Outcome:
        """200 when it was imported, 400 when it was refused in words; any other exception is the caller's."""
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(example.body)
            try:
                sent(Asking(doors.server.address), entries_of(Path(file.name)))
            except NotOtlp as refusal:
                return Outcome(400, refusal.message.encode())
            except Unanswered as refusal:
                return Outcome(refusal.status, refusal.message.encode())
        return Outcome(200)

    def complaint(self, example: Example, outcome: Outcome) -> str | None:
        return None if outcome.status in {200, 400, 413} else f"ended with {outcome.status}: {outcome.body[:300]!r}"

    def stored(self, example: Example, outcome: Outcome) -> int | None:
        return None
