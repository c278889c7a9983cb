"""An HTTP server that takes whatever it is sent, for request.py: `python request_sink.py`.

Prints its port; ends with its standard input, and then prints how many bytes came. It answers as a collector does, and
as Datadog's agent, well enough for their exporters to be content.
"""

from __future__ import annotations

import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Sink(BaseHTTPRequestHandler):
    """Counts what it gets."""

    protocol_version = "HTTP/1.1"
    arrived = 0

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
                Sink.arrived += size
            self.rfile.readline()
        else:
            Sink.arrived += len(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self._answer(b"{}" if "traces" in self.path and "v1" not in self.path else b"")

    do_PUT = do_POST  # noqa: N815 - named by http.server

    def do_GET(self) -> None:
        # What Datadog's agent offers. Without it the tracer would fall back to an older protocol.
        self._answer(b'{"endpoints": ["/v0.4/traces", "/v0.5/traces"]}')

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        # Not on the core where the program under test is; timing.py takes the last one.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    print(Sink.arrived, flush=True)
