"""The embedded home: one chDB on one data folder, behind the interface that a ClickHouse server stands behind too.

Opened by `opening`, used by `writer` and `reader`. Values always travel as parameters, `{name:Type}` in the statement,
and are bound by the engine; nothing is ever spliced into SQL. One connection a thread: they run side by side.
Decision 0031 has the limits set here, decision 0030 the choice of the engine.
"""

from __future__ import annotations

import fcntl
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from spanorigin_server.records import Columns, StartRefused, StoreFailed
from spanorigin_server.store.binding import LITERAL_ESCAPES, bound
from spanorigin_server.store.home import Nature, Parameter
from spanorigin_server.store.statements import DATABASE, EMBEDDED
from spanorigin_server.store.wire import varint

MEBIBYTE = 1024 * 1024

# In a connection string and in the name of a schema these mean something else than a part of a path.
_UNUSABLE_IN_PATH = re.compile(r"[?#%&:]")
_ERROR_CODE = re.compile(r"Code: (\d+)\.")
_BUSY_FOLDER = 76

# Memory that has been let go of stays with the process for up to five seconds, and at most this share of its limit: a
# fifth, if the engine is not told. At 20,000 spans a second that was 150 MB, half of the time more (decision 0186).
_KEPT_SHARE = 0.05


class EmbeddedEngine:
    """chDB in this process. Only one may be open in a process, and only one process may have a folder."""

    target: Mapping[str, str] = EMBEDDED

    def __init__(self, folder: Path, memory_limit_bytes: int = 2048 * MEBIBYTE) -> None:
        """Open the store in `folder`, making it when it is not there.

        Raises StartRefused when the folder is another server's, cannot be written, or has an unusable name.
        """
        self._folder = _usable_folder(folder)
        _check_is_free(self._folder)
        # Here, not above: importing the engine takes about a second, and a refused argument should not wait for it.
        from chdb.session import Session

        self._session_type: Any = Session
        self._memory_limit_bytes = memory_limit_bytes
        self._per_thread = threading.local()
        self._sessions: list[Any] = []
        self._lock = threading.Lock()
        self._closed = False
        self._schemas_written: dict[str, str] = {}
        try:
            # The defaults are a server's, not a developer machine's: 5 GB for the marks of columns, as much for those
            # of indexes, 100 MB for what conditions matched, nearly all RAM for the whole.
            self._connect(
                f"?mark_cache_size={64 * MEBIBYTE}&index_mark_cache_size={32 * MEBIBYTE}"
                f"&query_condition_cache_size={32 * MEBIBYTE}&max_server_memory_usage={memory_limit_bytes}"
                f"&memory_worker_purge_dirty_pages_threshold_ratio={_KEPT_SHARE}"
            )
        except RuntimeError as error:
            raise _refused_opening(self._folder, str(error)) from None
        self.execute(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")

    @property
    def nature(self) -> Nature:
        return Nature(str(self._folder))

    def execute(self, statement: str, parameters: Mapping[str, Parameter] | None = None, *, token: str = "") -> None:
        # No answer of an engine in this process gets lost, so that nothing is asked for a second time.
        del token
        self._run(statement, "Null", parameters)

    def query(self, statement: str, parameters: Mapping[str, Parameter] | None = None) -> Columns:
        # JSON by columns: read by msgspec faster than Arrow turns into Python values, for the few thousand rows and
        # twenty columns of a long trace (measured: decision 0031).
        answer = self._run(statement, "JSONColumns", parameters)
        columns: Columns = msgspec.json.decode(answer) if answer else {}
        return columns

    def insert_protobuf(
        self, table: str, message: str, message_schema: str, messages: Iterable[Sequence[bytes]]
    ) -> None:
        schema_file = self._schema_file(message, message_schema)
        # In the statement, since a streamed insert takes no parameters; none of it comes from a sender.
        statement = (
            f"INSERT INTO {table} SETTINGS format_schema_source='file', format_schema='{schema_file}', "
            f"format_schema_message_name='{message}', input_format_protobuf_oneof_presence=1"
        )
        try:
            with self._session().send_insert(statement, "Protobuf") as inserter:
                for pieces in messages:
                    inserter.append(varint(sum(map(len, pieces))))
                    for piece in pieces:
                        inserter.append(piece)
                inserter.finish()
        except RuntimeError as error:
            raise _failed(str(error)) from None

    def write_parquet(self, statement: str, file: Path, parameters: Mapping[str, Parameter] | None = None) -> None:
        # The statement's own text is of our making, so it can stand inside another.
        writing = f"INSERT INTO FUNCTION file({{parquet_file:String}}, 'Parquet') {statement}"
        settings = "SETTINGS engine_file_truncate_on_insert = 1"
        self.execute(f"{writing}\n{settings}", {**(parameters or {}), "parquet_file": str(file)})

    def _schema_file(self, message: str, message_schema: str) -> str:
        """Path of a file with the schema, quoted for SQL. A file, as a schema sent along makes the engine leave a
        folder `__cache__` in the working directory, whatever it is told (canary: test_engine.py)."""
        file = self._folder / "schemas" / f"{message}.proto"
        if message_schema != self._schemas_written.get(message):
            file.parent.mkdir(exist_ok=True)
            file.write_text(message_schema, encoding="utf-8")
            self._schemas_written[message] = message_schema
        return str(file).translate(LITERAL_ESCAPES)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            sessions, self._sessions = self._sessions, []
        for session in sessions:
            session.close()

    def _run(self, statement: str, output: str, parameters: Mapping[str, Parameter] | None) -> bytes:
        session = self._session()
        values = {name: bound(value) for name, value in (parameters or {}).items()}
        try:
            return bytes(session.query(statement, output, params=values).bytes())
        except RuntimeError as error:
            # What a failed statement had written already is put before the next answer of its connection, so a
            # statement whose answer nobody reads takes it away (canary: test_engine.py).
            session.query("SELECT 1", "JSONColumns")
            raise _failed(str(error)) from None

    def _session(self) -> Any:
        session: Any = getattr(self._per_thread, "session", None)
        return session if session is not None and not self._closed else self._connect()

    def _connect(self, arguments: str = "") -> Any:
        with self._lock:
            if self._closed:
                raise StoreFailed(
                    "The store is closed: the server is stopping. Ask again once it runs.", slug="store-closed"
                )
            session = self._session_type(f"{self._folder}{arguments}")
            self._sessions.append(session)
        # One greedy search must not take the writer's memory.
        session.query(f"SET max_memory_usage={self._memory_limit_bytes // 2}")
        session.query("SET output_format_json_validate_utf8=1")
        self._per_thread.session = session
        return session


def _usable_folder(folder: Path) -> Path:
    absolute = folder.expanduser().absolute()
    if _UNUSABLE_IN_PATH.search(str(absolute)):
        raise StartRefused(
            f"The data folder {absolute} has one of ? # % & : in its path, which the store's engine cannot open. "
            "Give another folder with --data.",
            slug="data-folder-name",
        )
    try:
        absolute.mkdir(parents=True, exist_ok=True)
        probe = absolute / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartRefused(
            f"The data folder {absolute} cannot be written: {error.strerror}. "
            "Give a folder of your own with --data or SPANORIGIN_DATA, or change its permissions.",
            slug="data-folder-not-writable",
        ) from None
    return absolute


def _check_is_free(folder: Path) -> None:
    """Refuse a folder that an engine has locked. The engine would as well, but not without writing to the terminal."""
    try:
        with (folder / "status").open("rb+") as status:
            fcntl.flock(status, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _refused_opening(folder, f"Code: {_BUSY_FOLDER}. {error.strerror}") from None


def _refused_opening(folder: Path, engine_message: str) -> StartRefused:
    if _error_code(engine_message) in (_BUSY_FOLDER, 36) and (holder := _holder(folder)) is not None:
        return StartRefused(
            f"The data folder {folder} is in use by {holder}, and a store takes one server only. "
            "Stop that server, or give this one a folder of its own with --data.",
            slug="data-folder-in-use",
        )
    return StartRefused(
        f"The store in {folder} cannot be opened: {engine_message}. "
        "If the folder was damaged or written by a newer release, move it away or give another one with --data.",
        slug="store-cannot-open",
    )


def _holder(folder: Path) -> str | None:
    """Who has locked the folder: the engine writes its process id beside its lock."""
    try:
        found = re.search(r"^PID: (\d+)", (folder / "status").read_text(), re.MULTILINE)
    except OSError:
        return None
    return f"another server (process {found[1]})" if found else "another server"


def _failed(engine_message: str) -> StoreFailed:
    return StoreFailed(f"The store refused: {engine_message}", slug="store-failed", code=_error_code(engine_message))


def _error_code(engine_message: str) -> int:
    found = _ERROR_CODE.search(engine_message)
    return int(found[1]) if found else 0
