"""A ClickHouse server's HTTP interface over the engine in this process: what clickhouse-connect needs of one.

Sessions with their temporary tables, parameters, settings, formats, errors with their numbers, users, TLS and bodies
are a server's. What the embedded engine cannot do is done here instead, and proves nothing: replication, statements
that run on every machine of a cluster, and shards on machines of their own. A table `Distributed` becomes one over two
shards in this engine: each shows half of the spans, so that every question is answered in a cluster's two stages.
"""

from __future__ import annotations

import base64
import contextlib
import re
import ssl
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from spanorigin_server.store.engine import EmbeddedEngine

CLUSTER = "two_shards"
_FORMAT = re.compile(r"\sFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_INSERT = re.compile(rb"^\s*INSERT INTO (\S+)\s+FORMAT (\w+)\s?\n")
_CODE = re.compile(r"Code: (\d+)\.")
_DISTRIBUTED = re.compile(
    r"CREATE TABLE IF NOT EXISTS (\w+)\.spans\s+AS \w+\.(\w+)\s+ENGINE = Distributed\([^)]*\)\)", re.DOTALL
)
# Understood by the server itself, and no settings of a statement.
_ENVELOPE = {
    "query",
    "session_id",
    "database",
    "default_format",
    "query_id",
    "client_protocol_version",
    "compress",
    "wait_end_of_query",
    "buffer_size",
    "session_timeout",
    "session_check",
}


class Front(ThreadingHTTPServer):
    """Serves until closed. `received` has the statements.

    A statement that has a text of `lost_answers` in it is done, and its answer lost; one that has a text of `troubles`
    is not done, and fails with the number beside it. Each once.
    """

    daemon_threads = True

    def __init__(self, folder: Path, user: str = "default", password: str = ""):
        super().__init__(("127.0.0.1", 0), _handler_of(self))
        self.engine = EmbeddedEngine(folder)
        self.folder = folder
        self.user, self.password = user, password
        self.received: list[str] = []
        self.lost_answers: list[str] = []
        self.troubles: list[tuple[str, int]] = []
        self.refused_rights: list[str] = []
        self.sessions: dict[str, Any] = {}
        self.is_cluster = False
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def address(self) -> str:
        return f"clickhouse://127.0.0.1:{self.port}/spanorigin"

    def session(self, name: str) -> tuple[Any, threading.Lock]:
        """A connection that remembers its temporary tables, and the lock of whoever uses it."""
        with self.lock:
            if name not in self.sessions:
                self.sessions[name] = (self.engine._session_type(str(self.folder)), threading.Lock())
            return self.sessions[name]

    @contextlib.contextmanager
    def another_door(self, tls: ssl.SSLContext) -> Iterator[int]:
        """The port of one that speaks TLS."""
        door = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        door.daemon_threads = True
        door.socket = tls.wrap_socket(door.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield int(door.server_address[1])
        finally:
            door.shutdown()
            door.server_close()
            thread.join()

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        for session, lock in self.sessions.values():
            with lock:
                session.close()
        self.engine.close()


@contextlib.contextmanager
def front(folder: Path, **options: Any) -> Iterator[Front]:
    """A front that serves, in a thread of its own."""
    serving = Front(folder, **options)
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield serving
    finally:
        serving.close()
        thread.join()


def _handler_of(front: Front) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"front": front})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    front: Front

    def do_GET(self) -> None:
        self._answer(200, b"Ok.\n") if self.path == "/ping" else self.do_POST()

    def do_POST(self) -> None:
        body = self._body()
        asked = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        if self.headers.get_content_type() == "multipart/form-data":
            # Where parameters are long they come as a form's fields.
            form = BytesParser(policy=HTTP).parsebytes(
                f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode() + body
            )
            asked |= {
                part.get_param("name", header="content-disposition"): part.get_payload(decode=True).decode()
                for part in form.iter_parts()
            }
            body = b""
        if not self._is_let_in():
            self._fail(
                "Code: 516. DB::Exception: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)"
            )
            return
        statement, content = _parted(asked.get("query", "").encode() + body)
        self.front.received.append(statement)
        self.front.is_cluster |= f"ON CLUSTER '{CLUSTER}'" in statement
        for trouble in self.front.troubles:
            if trouble[0] in statement:
                self.front.troubles.remove(trouble)
                self._fail(f"Code: {trouble[1]}. DB::Exception: There is trouble. (TROUBLE)")
                return
        if statement.removeprefix("CHECK GRANT ") in self.front.refused_rights:
            self._answer(200, b"0\n")
            return
        session, lock = self.front.session(asked.get("session_id", ""))
        with lock:
            try:
                answer = self._asked(session, statement, content, asked)
            except RuntimeError as error:
                session.query("SELECT 1", "Null")
                self._fail(str(error))
                return
        if any(lost in statement for lost in self.front.lost_answers):
            # It was done, and nobody is told.
            self.front.lost_answers.clear()
            self.close_connection = True
            self.connection.close()
            return
        self._answer(200, answer)

    def _asked(self, session: Any, statement: str, content: bytes | None, asked: dict[str, str]) -> bytes:
        settings = {name: text for name, text in asked.items() if name not in _ENVELOPE and name[:6] != "param_"}
        parameters = {name[6:]: text for name, text in asked.items() if name.startswith("param_")}
        if content is not None:
            _, _, table, _, form = statement.split()
            self._insert(session, table.strip("`"), form, content, settings)
            return b""
        known = {name: text for name, text in settings.items() if re.fullmatch(r"[a-z0-9_]+", name)}
        for name, text in known.items():
            session.query(f"SET {name} = '{text}'", "Null")
        try:
            found = _FORMAT.search(statement)
            output = found[1] if found else self.headers.get("X-ClickHouse-Format") or "TabSeparated"
            for plain in _alone(statement, self.front.is_cluster):
                answer = bytes(session.query(plain, output, params=parameters).bytes())
            return answer
        finally:
            for name in known:
                session.query(f"SET {name} = DEFAULT", "Null")

    def _insert(self, session: Any, table: str, form: str, content: bytes, settings: dict[str, str]) -> None:
        schema = self.front.folder / "front.proto"
        if "format_schema" in settings:
            # As text it works on a server; this engine would leave a folder behind (decision 0031).
            schema.write_text(settings.pop("format_schema"))
            settings |= {"format_schema_source": "file", "format_schema": str(schema)}
        listed = ", ".join(f"{name} = '{text}'" for name, text in settings.items())
        with session.send_insert(f"INSERT INTO {table} SETTINGS {listed}", form) as inserter:
            inserter.append(content)
            inserter.finish()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            pieces = []
            while size := int(self.rfile.readline().strip(), 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _is_let_in(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        user, _, password = base64.b64decode(given).decode().partition(":")
        user = self.headers.get("X-ClickHouse-User", user) or "default"
        password = self.headers.get("X-ClickHouse-Key", password)
        return (user, password) == (self.front.user, self.front.password)

    def _fail(self, message: str) -> None:
        found = _CODE.search(message)
        self._answer(500, message.encode(), {"X-ClickHouse-Exception-Code": found[1] if found else "0"})

    def _answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: tests look at `received`."""


def _parted(body: bytes) -> tuple[str, bytes | None]:
    """The statement, and for an INSERT what follows it."""
    inserted = _INSERT.match(body)
    if inserted is None:
        return body.decode(), None
    return inserted[0].decode().strip(), body[inserted.end() :]


def _alone(statement: str, is_cluster: bool) -> list[str]:
    """What a machine of a cluster is asked, as one engine alone can be."""
    plain = statement.replace(f"ON CLUSTER '{CLUSTER}'", "")
    plain = re.sub(r"ReplicatedMergeTree(\('[^']*', '[^']*'\))?", "MergeTree", plain)
    plain = plain.replace(f"cluster('{CLUSTER}', system.parts)", "system.parts")
    if found := _DISTRIBUTED.search(plain):
        database, held = found.groups()
        shard = (
            f"CREATE OR REPLACE VIEW {database}.spans_of_a_shard AS "
            f"SELECT *, second FROM {database}.{held} WHERE cityHash64(trace_id) % 2 = shardNum() - 1"
        )
        # Two names of this machine are two shards to the engine, and both are asked in this process.
        both = f"AS remote('127.0.0.1,localhost', '{database}', 'spans_of_a_shard')"
        return [shard, f"CREATE TABLE IF NOT EXISTS {database}.spans {both}"]
    # A view takes nothing in, so a span goes into the one table. Which shard it would go to is the server's affair.
    return [re.sub(r"INSERT INTO (\w+)\.spans\n", r"INSERT INTO \1.spans_local\n", plain) if is_cluster else plain]
