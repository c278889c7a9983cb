"""Write request bodies into the store: in groups, each body whole or not at all.

Called by `ingest.batch` from its threads. The engine parses the spans itself (schema/otlp.proto) and turns them into
rows (commands/store_spans.sql): no span is ever looked at in Python here. Decision 0033 says why there are two steps.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from spanorigin_server.records import StoreFailed
from spanorigin_server.store.commits import Commits
from spanorigin_server.store.statements import file_text, statement
from spanorigin_server.store.tables import empty_waiting, store_spans
from spanorigin_server.store.unanswered import Unanswered
from spanorigin_server.store.wire import length_delimited, length_delimited_head, varint_field

if TYPE_CHECKING:
    from spanorigin_server.store.home import Home

# The engine says in words where an error arose. In the parser, it arose before a row reached any table; and it is the
# body's fault, unless memory ran out there (ClickHouse's error 241).
_IN_PARSER = "ProtobufRowInputFormat"
_OUT_OF_MEMORY = 241

# Of a server's troubles those that pass: not reached, its keeper lost, merges behind, too much asked at once, a session
# gone. ClickHouse's numbers: SOCKET_TIMEOUT, NETWORK_ERROR, ALL_CONNECTION_TRIES_FAILED, NO_ZOOKEEPER,
# TABLE_IS_READ_ONLY, KEEPER_EXCEPTION, UNKNOWN_STATUS_OF_INSERT, TOO_MANY_PARTS, TOO_MANY_SIMULTANEOUS_QUERIES,
# SESSION_NOT_FOUND, UNKNOWN_TABLE (our staging table).
_PASSING: Final = frozenset({209, 210, 279, 225, 242, 999, 319, 252, 202, 372, 60})
# Senders wait meanwhile, and most give up after ten seconds.
_PAUSES_S: Final = (0.1, 0.5, 2.0)

Answer = TypeVar("Answer")


class BodyRefused(Exception):  # noqa: N818  # named for what came about
    """A body in the group is not an OTLP request. Nothing of the group was stored."""


@dataclass(frozen=True, slots=True)
class ScopeSpans:
    """The spans of one scope, still encoded, and what was read from the scope and its resource.

    `encoded` is a ScopeSpans message of OTLP; of it, the store reads the spans only.
    """

    service: str
    env: str
    version: str
    repository: str
    commit: str
    root: str
    resource: Mapping[str, str]
    scope_name: str
    scope_version: str
    scope_attrs: Mapping[str, str]
    encoded: bytes
    # Where the root lies in the repository: "" or a path that ends with a slash.
    root_path: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """An OTLP trace request, cut into scopes. `received_ns` is its name: no two bodies have the same."""

    received_ns: int
    scopes: Sequence[ScopeSpans]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a body: how many spans it had, and how many of these were refused, their ids being none.

    Held, none of it was stored: arrays, lists and bytes among its attributes want rendering first.
    """

    spans: int = 0
    rejected: int = 0
    is_held: bool = False


class Writer:
    """Writes one group at a time. Writers of different lanes (tables.LANES) may write at the same time."""

    def __init__(
        self, engine: Home, lane: int = 0, commits: Commits | None = None, unanswered: Unanswered | None = None
    ) -> None:
        """`commits` is told of every group that is in the store, for readers who watch."""
        self._engine = engine
        self._commits = commits or Commits()
        self._unanswered = unanswered or Unanswered()
        self._pauses_s = () if engine.nature.is_embedded else _PAUSES_S
        self._message_schema = file_text("schema/otlp.proto")
        target = {**engine.target, "lane": str(lane)}
        self._table = f"{target['waiting_place']}waiting_{lane}"
        self._empty_waiting = empty_waiting(target, lane)
        self._read_waiting = statement("commands/read_waiting", target)
        self._store_spans = store_spans(engine.target, lane)
        self._count_bodies = statement("commands/count_bodies", target)
        self._take_back = statement("commands/take_back", target)

    def write(self, bodies: Sequence[Body]) -> list[Outcome]:
        """Store the bodies' spans; return when they are committed, with an outcome for each body, in order.

        Raises BodyRefused when one does not parse, StoreFailed when the store cannot take them now. Either way nothing
        of any of them is stored: what a failed insert left is taken back before this returns, or else before anything
        else is written.
        """
        self.settle()
        outcomes = self._patiently(lambda _attempt: self._parsed(bodies))
        held = [body.received_ns for body, outcome in zip(bodies, outcomes, strict=True) if outcome.is_held]
        token = _token(bodies, held)

        def store(attempt: int) -> None:
            if attempt:
                # Perhaps on another machine now, which has not seen them.
                self._parsed(bodies)
            self._engine.execute(self._store_spans, {"held": held}, token=token)

        self._unanswered.note([body.received_ns for body in bodies])
        try:
            self._patiently(store)
        except StoreFailed:
            # What cannot be taken back now is owed.
            with contextlib.suppress(StoreFailed):
                self.settle()
            raise
        self._unanswered.clear()
        stored = [(body, outcome) for body, outcome in zip(bodies, outcomes, strict=True) if not outcome.is_held]
        names = [body.received_ns for body, _ in stored]
        self._commits.note(names, sum(outcome.spans - outcome.rejected for _, outcome in stored))
        if self._engine.nature.is_embedded:
            # Now, and not only before the next group: a full one takes 65 MB of this process for as long as it waits.
            with contextlib.suppress(StoreFailed):
                self._engine.execute(self._empty_waiting)
        return outcomes

    def settle(self) -> None:
        """Take back what a failed insert, or a server that was killed, may have left. Raises StoreFailed."""
        if not self._unanswered.names:
            return
        names = {"received_ns": list(self._unanswered.names)}
        # A deletion looks into every part; mostly there is nothing to delete.
        if self._engine.query(self._count_bodies, names)["spans"][0]:
            self._engine.execute(self._take_back, names)
        self._unanswered.clear()

    def _parsed(self, bodies: Sequence[Body]) -> list[Outcome]:
        self._engine.execute(self._empty_waiting)
        try:
            self._engine.insert_protobuf(self._table, "Row", self._message_schema, _rows(bodies))
        except StoreFailed as error:
            if _IN_PARSER in error.message and error.code != _OUT_OF_MEMORY:
                raise BodyRefused(error.message) from None
            raise
        return self._outcomes(bodies)

    def _patiently(self, step: Callable[[int], Answer]) -> Answer:
        """What a step answers; tried again where a server's trouble is likely to pass, and told how often."""
        for attempt, pause_s in enumerate(self._pauses_s):
            try:
                return step(attempt)
            except StoreFailed as failure:
                if failure.code not in _PASSING:
                    raise
                time.sleep(pause_s)
        return step(len(self._pauses_s))

    def _outcomes(self, bodies: Sequence[Body]) -> list[Outcome]:
        waiting = self._engine.query(self._read_waiting)
        # A streamed insert answers "done" even when the engine failed behind its parser, so what arrived is counted.
        if sum(waiting["rows"]) != sum(len(body.scopes) for body in bodies):
            raise StoreFailed(
                "The store did not take in all of a group of requests, most likely for want of memory. "
                "Nothing of them was stored; send them again, smaller if this goes on.",
                slug="store-took-in-less",
            )
        by_name = {
            received_ns: Outcome(spans=spans, rejected=rejected, is_held=bool(is_held))
            for received_ns, spans, rejected, is_held in zip(
                *(waiting[column] for column in ("received_ns", "spans", "rejected", "is_held")), strict=True
            )
        }
        return [by_name.get(body.received_ns, Outcome()) for body in bodies]


def _token(bodies: Sequence[Body], held: Sequence[int]) -> str:
    """A name for these bodies without those held: the same for the same ones alone."""
    names = ",".join(str(body.received_ns) for body in bodies) + ";" + ",".join(str(name) for name in held)
    return hashlib.sha256(names.encode()).hexdigest()


def _rows(bodies: Iterable[Body]) -> Iterator[tuple[bytes, bytes]]:
    # In two pieces: the second may be a megabyte, and is not copied for the sake of the first.
    for body in bodies:
        received = varint_field(1, body.received_ns)
        for scope in body.scopes:
            yield received + _head(scope) + length_delimited_head(12, len(scope.encoded)), scope.encoded


def _head(scope: ScopeSpans) -> bytes:
    texts = {
        2: scope.service,
        3: scope.env,
        4: scope.version,
        5: scope.repository,
        6: scope.commit,
        7: scope.root,
        9: scope.scope_name,
        10: scope.scope_version,
        13: scope.root_path,
    }
    parts = [length_delimited(field, text.encode()) for field, text in texts.items() if text]
    for field, attributes in ((8, scope.resource), (11, scope.scope_attrs)):
        for key, value in attributes.items():
            entry = length_delimited(1, key.encode()) + length_delimited(2, value.encode())
            parts.append(length_delimited(field, entry))
    return b"".join(parts)
