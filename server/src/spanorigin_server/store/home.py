"""The home of the spans, as the rooms above see it: an engine that is asked in SQL, and what it is and is not.

Two there are: the engine in this process (`engine`), and a ClickHouse server or cluster (`clickhouse`), which either
holds spans of ours or those that an OpenTelemetry Collector wrote. `opening` makes the one that was asked for. One
dialect and one set of statements serve all; `target` has what differs between them (decision 0180).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from spanorigin_server.records import Columns, NotHere

Parameter = str | int | float | bool | Sequence[str] | Sequence[int]


@dataclass(frozen=True, slots=True)
class Nature:
    """What a home is, for whoever has to treat one unlike another, and for people."""

    # Where the spans are: a folder, or an address without its password.
    place: str
    # In this process, on this machine's disk; else on a server, with its own backups and its own room.
    is_embedded: bool = True
    # False where others write the spans, and we only read.
    takes_spans: bool = True

    def check_is_ours(self) -> None:
        """Raises NotHere where the spans are somebody else's, who alone adds some and takes some away."""
        if not self.takes_spans:
            raise NotHere(
                f"The spans of {self.place} are an OpenTelemetry Collector's, and this server only reads them: "
                "send spans to that Collector, and remove them by its exporter's ttl.",
                slug="store-reads-only",
            )


class Home(Protocol):
    """Where spans are kept. Every method raises StoreFailed, and may be called from any thread."""

    @property
    def nature(self) -> Nature: ...

    @property
    def target(self) -> Mapping[str, str]:
        """What is filled into the statements that are put to it (statements.py)."""

    def execute(self, statement: str, parameters: Mapping[str, Parameter] | None = None, *, token: str = "") -> None:
        """Run a statement that answers nothing.

        An INSERT may have a token: with the same rows and the same token it inserts nothing a second time, where its
        answer may get lost on the way.
        """

    def query(self, statement: str, parameters: Mapping[str, Parameter] | None = None) -> Columns:
        """Run a SELECT; the columns in the order of the statement, by name.

        64-bit integers come as int, NaN and infinity as None, a Map as dict, a named Tuple as dict. Bytes that are
        not UTF-8 come with replacement characters: ask for `lower(hex(trace_id))`, not for `trace_id`.
        """

    def insert_protobuf(
        self, table: str, message: str, message_schema: str, messages: Iterable[Sequence[bytes]]
    ) -> None:
        """Insert messages, each one row, parsed by the engine as `message` of the .proto text `message_schema`.

        A message is given as pieces that follow one another, so that large ones need not be copied together.

        All or nothing as far as parsing goes: when one message does not parse, no row of any is stored.
        """

    def write_parquet(self, statement: str, file: Path, parameters: Mapping[str, Parameter] | None = None) -> None:
        """Write what a SELECT answers into a Parquet file of this machine, piece by piece."""

    def close(self) -> None:
        """Let go of it. Nothing may be asked afterwards."""
