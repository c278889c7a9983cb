"""The home on a ClickHouse server or cluster, over HTTP: what `engine` is for a folder of this machine.

Opened by `opening`. One client a thread, each with a session of its own, where a writer has its staging table: servers
of ours that share a store never meet in it, and it goes when they do. A question that did not reach its machine is put
to the next one; a group of spans that may have been lost on its way is written again by `writer`, under its token
(decision 0181).
"""

from __future__ import annotations

import itertools
import logging
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import clickhouse_connect
import msgspec
import urllib3
from clickhouse_connect.driver.exceptions import ClickHouseError

from spanorigin_server.records import Columns, StartRefused, StoreFailed

from .address import StoreAddress
from .collectors import of_a_trace
from .home import Nature, Parameter
from .statements import collector_target, server_target
from .wire import varint

Answer = TypeVar("Answer")

# What the statements use is in it; older ones are refused at the start rather than by the first search.
OLDEST_VERSION: Final = (26, 7)
# Number that stands for "the machine was not reached", where the server gave none: ClickHouse's NETWORK_ERROR.
NETWORK_ERROR: Final = 210
# AUTHENTICATION_FAILED, ACCESS_DENIED, WRONG_PASSWORD, UNKNOWN_USER, REQUIRED_PASSWORD: no use in asking again.
_NOT_LET_IN: Final = (516, 497, 193, 192, 194)

_CONNECT_TIMEOUT_S: Final = 5
# An archive of a cluster takes long; questions end by the limit that they carry.
_ANSWER_TIMEOUT_S: Final = 600
_PIECE_BYTES: Final = 1024 * 1024

# What a statement relies on, whatever the user's profile says.
_ALWAYS: Final = {
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_quote_denormals": 0,
    "output_format_json_named_tuples_as_objects": 1,
    "output_format_json_validate_utf8": 1,
    "async_insert": 0,
    # A question about a trace goes to the shard that has it.
    "optimize_skip_unused_shards": 1,
}
# Blocks have to come the same a second time, or the server could not know them again; and an insert is answered when
# every shard has its part.
_ONCE: Final = {
    "insert_deduplicate": 1,
    "deduplicate_insert_select": "force_enable",
    "max_threads": 1,
    "max_insert_threads": 1,
    "distributed_foreground_insert": 1,
}

# The server's own words in what the client makes of them.
_SAID: Final = re.compile(r"(Code: \d+\. DB::.*?)(?: \(for url [^)]*\))?$", re.DOTALL)

# And the system's words where no server was reached.
_WHY: Final = re.compile(r"\[Errno -?\d+\] [^'\")]+|\[SSL[^\]]*\][^'\")]*|[Tt]imed out|Remote end closed connection")


class ClickHouse:
    """A server, or any machine of a cluster. May be used from any thread."""

    def __init__(self, address: StoreAddress, patience_s: float = 0.0) -> None:
        """Connect; where no machine answers, try for `patience_s`. Raises StartRefused."""
        # It logs each failure that it raises as well, and our caller tells it in our words.
        logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)
        self.address = address
        self.target: Mapping[str, str] = (
            collector_target(address.database, *address.collector, cluster=address.cluster)
            if address.collector
            else server_target(address.database, address.cluster)
        )
        self.nature = Nature(address.told, is_embedded=False, takes_spans=address.collector is None)
        self._per_thread = threading.local()
        self._clients: list[Any] = []
        self._lock = threading.Lock()
        self._is_closed = False
        # Threads begin with different machines, so that a cluster shares the work.
        self._first_host = itertools.count()
        self.version = self._meet(patience_s)
        if address.collector:
            self.target = {**self.target, **of_a_trace(self)}

    def execute(self, statement: str, parameters: Mapping[str, Parameter] | None = None, *, token: str = "") -> None:
        settings = {**_ONCE, "insert_deduplication_token": token} if token else {}
        # Not put again by itself: whoever wants that gives a token.
        self._ask(
            lambda client: client.raw_query(statement, _values(parameters), settings={**_ALWAYS, **settings}),
            again=False,
        )

    def query(self, statement: str, parameters: Mapping[str, Parameter] | None = None) -> Columns:
        answer = self._ask(
            lambda client: client.raw_query(statement, _values(parameters), settings=_ALWAYS, fmt="JSONColumns")
        )
        columns: Columns = msgspec.json.decode(answer) if answer else {}
        return columns

    def insert_protobuf(
        self, table: str, message: str, message_schema: str, messages: Iterable[Sequence[bytes]]
    ) -> None:
        settings = {
            **_ALWAYS,
            "format_schema_source": "string",
            "format_schema": message_schema,
            "format_schema_message_name": message,
            "input_format_protobuf_oneof_presence": 1,
        }
        rows = b"".join(part for pieces in messages for part in (varint(sum(map(len, pieces))), *pieces))
        self._ask(
            lambda client: client.raw_insert(table, insert_block=rows, settings=settings, fmt="Protobuf"), again=False
        )

    def write_parquet(self, statement: str, file: Path, parameters: Mapping[str, Parameter] | None = None) -> None:
        def write(client: Any) -> None:
            with (
                client.raw_stream(statement, _values(parameters), settings=_ALWAYS, fmt="Parquet") as stream,
                file.open("wb") as written,
            ):
                while piece := stream.read(_PIECE_BYTES):
                    written.write(piece)

        self._ask(write)

    def told(self, statement: str) -> str:
        """The answer, as text, to a statement that takes no format."""
        answer: bytes = self._ask(lambda client: client.raw_query(statement))
        return answer.decode().strip()

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            clients, self._clients = self._clients, []
        for client in clients:
            client.close()

    def _ask(self, question: Callable[[Any], Answer], *, again: bool = True) -> Answer:
        """What a machine answers; where it is not reached and `again`, what the next one does."""
        for left in reversed(range(len(self.address.hosts) if again else 1)):
            try:
                return question(self._client())
            except (ClickHouseError, urllib3.exceptions.HTTPError, OSError) as error:
                failure = _failed(error)
                if failure.code == NETWORK_ERROR:
                    # Another session on another machine, for whoever asks next in this thread.
                    self._leave()
                if failure.code != NETWORK_ERROR or not left:
                    raise failure from None
        raise AssertionError("there is a machine")

    def _client(self) -> Any:
        client = getattr(self._per_thread, "client", None)
        if client is not None and not self._is_closed:
            return client
        number = getattr(self._per_thread, "host", None)
        if number is None:
            number = next(self._first_host)
        self._per_thread.host = number
        host, port = self.address.hosts[number % len(self.address.hosts)]
        client = clickhouse_connect.get_client(
            host=host,
            port=port,
            username=self.address.user,
            password=self.address.password,
            # The user's own, since ours may not be there yet; statements name theirs.
            database="__default__",
            interface="https" if self.address.is_secure else "http",
            ca_cert=_text(self.address.ca),
            client_cert=_text(self.address.cert),
            client_cert_key=_text(self.address.key),
            session_id=uuid.uuid4().hex,
            connect_timeout=_CONNECT_TIMEOUT_S,
            send_receive_timeout=_ANSWER_TIMEOUT_S,
            query_retries=0,
            client_name="spanorigin",
        )
        with self._lock:
            if self._is_closed:
                client.close()
                raise StoreFailed(
                    "The store is closed: the server is stopping. Ask again once it runs.", slug="store-closed"
                )
            self._clients.append(client)
        self._per_thread.client = client
        return client

    def _leave(self) -> None:
        client = getattr(self._per_thread, "client", None)
        self._per_thread.client = None
        self._per_thread.host = getattr(self._per_thread, "host", 0) + 1
        if client is not None:
            with self._lock:
                if client in self._clients:
                    self._clients.remove(client)
            client.close()

    def _meet(self, patience_s: float) -> str:
        """The server's version."""
        give_up_at = time.monotonic() + patience_s
        while True:
            try:
                version: str = self.query("SELECT version() AS version")["version"][0]
            except StoreFailed as failure:
                if failure.code != NETWORK_ERROR or time.monotonic() > give_up_at:
                    raise self._not_met(failure) from None
                time.sleep(0.5)
                continue
            if tuple(int(number) for number in version.split(".")[:2]) < OLDEST_VERSION:
                raise StartRefused(
                    f"The ClickHouse server at {self.address.told} has version {version}, and the statements need "
                    f"{'.'.join(map(str, OLDEST_VERSION))} or newer. Upgrade it.",
                    slug="store-too-old",
                )
            return version

    def _not_met(self, failure: StoreFailed) -> StartRefused:
        if failure.code in _NOT_LET_IN:
            return StartRefused(
                f"The ClickHouse server at {self.address.told} does not let the user {self.address.user!r} in: "
                f"{failure.message} Check user and password of the store's address.",
                slug="store-not-let-in",
            )
        if failure.code != NETWORK_ERROR:
            return StartRefused(
                f"The ClickHouse server at {self.address.told} cannot be used: {failure.message} What the user may do, "
                "and the settings of its profile, are likely causes; `spanorigin check-store` tells of more.",
                slug="store-not-usable",
            )
        return StartRefused(
            f"No ClickHouse server answers at {self.address.told}: {failure.message} Check that it runs, that the port "
            "is that of its HTTP interface (8123, with TLS 8443), and that clickhouses:// is written where it has TLS.",
            slug="store-unreachable",
        )


def _values(parameters: Mapping[str, Parameter] | None) -> dict[str, Any]:
    """As the client binds them: it looks at the type of each."""
    return {
        name: value if isinstance(value, str | int | float) else list(value)
        for name, value in (parameters or {}).items()
    }


def _failed(error: Exception) -> StoreFailed:
    code, text = getattr(error, "code", None), str(error)
    if isinstance(code, int):
        said = _SAID.search(text)
        return StoreFailed(f"The store refused: {said[1] if said else text}", slug="store-failed", code=code)
    # Without a number it came from no server: it was not reached, or it broke off.
    why = _WHY.search(text)
    return StoreFailed(
        f"The store cannot be reached: {why[0] if why else text}.", slug="store-failed", code=NETWORK_ERROR
    )


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
