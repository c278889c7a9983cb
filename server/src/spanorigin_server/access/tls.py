"""The server's certificate: read at the start, and again when its files are others than they were.

Called by `command` for the ports that uvicorn has, and by `ingest.otlp_grpc` for its own. Certificates live for weeks
and the server for months; what renews them replaces two files and knows nothing of us.
"""

from __future__ import annotations

import ssl
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spanorigin_server.records import StartRefused

_Seen = tuple[tuple[int, int, int], ...]


@dataclass(slots=True)
class Certificate:
    """A certificate with its chain, and its key; both may be in one file."""

    chain: Path
    key: Path
    _seen: _Seen = ()
    _refused: _Seen = ()
    _context: ssl.SSLContext = field(init=False)

    def __post_init__(self) -> None:
        try:
            self._seen = self._looked_at()
            self._context = self._loaded()
        except (OSError, ssl.SSLError) as error:
            raise StartRefused(
                f"The certificate {self.chain} with the key {self.key} cannot be used: {_reason(error)}. Give PEM "
                "files that belong together, without a password, and that the server may read.",
                slug="certificate-unusable",
            ) from None

    def context(self) -> ssl.SSLContext:
        """For connections over TLS; each is shown the certificate that the files hold when it comes."""
        self._context.sni_callback = self._show_newest
        return self._context

    def grpc_credentials(self) -> Any:
        """The same for gRPC."""
        import grpc

        shown = self._grpc_pair()

        def newer() -> Any:
            # Asked at each handshake; None means that nothing has changed.
            nonlocal shown
            self._current()
            pair = self._grpc_pair() if self._seen != shown[2] else shown
            if pair[2] == shown[2]:
                return None
            shown = pair
            return grpc.ssl_server_certificate_configuration([pair[:2]])

        initial = grpc.ssl_server_certificate_configuration([shown[:2]])
        return grpc.dynamic_ssl_server_credentials(initial, newer)

    def _grpc_pair(self) -> tuple[bytes, bytes, _Seen]:
        return self.key.read_bytes(), self.chain.read_bytes(), self._seen

    def _show_newest(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = self._current()

    def _current(self) -> ssl.SSLContext:
        """The context for what the files hold; the one before for as long as they are no pair, halfway through say."""
        try:
            seen = self._looked_at()
            if seen not in (self._seen, self._refused):
                self._refused = seen
                self._context, self._seen = self._loaded(), seen
        except (OSError, ssl.SSLError) as error:
            print(  # noqa: T201
                f"spanorigin: WARNING: the certificate {self.chain} has changed and cannot be used: {_reason(error)}. "
                "The one before is shown for now. [certificate-unusable]",
                file=sys.stderr,
                flush=True,
            )
        return self._context

    def _looked_at(self) -> _Seen:
        stats = (self.chain.stat(), self.key.stat())
        return tuple((stat.st_ino, stat.st_mtime_ns, stat.st_size) for stat in stats)

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        # Without a function for it OpenSSL would ask the terminal for the key's password.
        context.load_cert_chain(self.chain, self.key, password=_no_password)
        return context


def _no_password() -> str:
    raise OSError("its key has a password")


def _reason(error: OSError) -> str:
    return error.strerror or (error.args[0] if error.args else "") or str(error)
