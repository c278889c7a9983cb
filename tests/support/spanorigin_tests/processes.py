"""Start the real server as a child process, talk to it over a socket, and see it end."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "spanorigin_server.command")


class ServerProcess:
    """A server on a free port. Killed on leaving, however it stands."""

    def __init__(self, data: Path, *options: str, command: tuple[str, ...] = COMMAND, **environment: str) -> None:
        self.data = data
        # A file, since a pipe that nobody reads would stop a server that has much to say.
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # open as long as this
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--data", str(data), *options],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=os.environ | environment,
        )
        assert self.process.stdout is not None
        first_line = self.process.stdout.readline()
        assert first_line, self.errors()
        self.first_line = first_line
        self.port = int(first_line.rpartition(":")[2])
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> ServerProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._errors.close()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def errors(self) -> str:
        """What it wrote to its standard error so far."""
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")

    def memory_bytes(self) -> int:
        """What it has in memory at this moment."""
        fields = Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def request(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        status, body, _ = self.request("GET", path)
        assert status == 200, body
        return json.loads(body)

    def post(self, body: bytes) -> int:
        return self.request("POST", "/v1/traces", body, content_type="application/x-protobuf")[0]

    def stop(self) -> tuple[int, str, str]:
        """SIGTERM, then its exit code and what it wrote."""
        self.process.terminate()
        assert self.process.stdout is not None
        # Not communicate(): what was read ahead with the first line would be missing.
        output = self.process.stdout.read()
        return self.process.wait(60), output, self.errors()


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; for starts that are refused."""
    return subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, check=False, timeout=60, env=os.environ | environment
    )
