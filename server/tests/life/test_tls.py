"""TLS at every port, with the certificate that the files hold at the moment."""

from __future__ import annotations

import datetime
import re
import socket
import ssl
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanorigin_server.access.tls import Certificate
from spanorigin_server.ingest.otlp_grpc import METHOD
from spanorigin_server.records import StartRefused
from spanorigin_server.settings import read
from spanorigin_tests.processes import ServerProcess


def write_pair(folder: Path, name: str, password: bytes | None = None) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key, put in place as what renews them does."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    hidden = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    texts = {
        "cert.pem": certificate.public_bytes(pem),
        "key.pem": key.private_bytes(pem, serialization.PrivateFormat.PKCS8, hidden),
    }
    for file, text in texts.items():
        draft = folder / f"{file}.draft"
        draft.write_bytes(text)
        draft.replace(folder / file)
    return folder / "cert.pem", folder / "key.pem"


def shown_at(port: int) -> str:
    """The name in the certificate that a port shows."""
    context = ssl._create_unverified_context()
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        shown = x509.load_der_x509_certificate(secure.getpeercert(binary_form=True))
        assert secure.version() in ("TLSv1.2", "TLSv1.3")
    return str(shown.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def export(port: int, root: bytes) -> grpc.StatusCode:
    with grpc.secure_channel(f"localhost:{port}", grpc.ssl_channel_credentials(root)) as channel:
        try:
            channel.unary_unary(METHOD)(ExportTraceServiceRequest().SerializeToString(), timeout=20)
        except grpc.RpcError as error:
            return error.code()
        return grpc.StatusCode.OK


def ports_of(server: ServerProcess) -> tuple[int, int]:
    """The ports of OTLP/gRPC and of Datadog's tracers, as they are announced."""
    found: dict[str, int] = {}
    while len(found) < 2:
        line = server.process.stdout.readline()
        assert line, "the server ended"
        announced = re.search(r"(over gRPC|Datadog).*https://localhost:([0-9]+)", line)
        if announced:
            found[announced[1]] = int(announced[2])
    return found["over gRPC"], found["Datadog"]


def test_every_port_speaks_tls_and_shows_a_renewed_certificate_to_the_next_connection(tmp_path):
    cert, key = write_pair(tmp_path, "first")
    old_root = cert.read_bytes()
    with ServerProcess(tmp_path / "data", "--tls-cert", str(cert), "--tls-key", str(key)) as server:
        assert server.first_line.strip() == f"spanorigin listens on https://localhost:{server.port}"
        grpc_port, datadog_port = ports_of(server)
        assert [shown_at(server.port), shown_at(datadog_port)] == ["first", "first"]
        assert export(grpc_port, old_root) is grpc.StatusCode.OK

        write_pair(tmp_path, "second")

        assert [shown_at(server.port), shown_at(datadog_port)] == ["second", "second"]
        assert export(grpc_port, cert.read_bytes()) is grpc.StatusCode.OK
        assert export(grpc_port, old_root) is grpc.StatusCode.UNAVAILABLE

        key.write_text("half of a k")
        assert [shown_at(server.port), shown_at(datadog_port)] == ["second", "second"]

        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert not plain.recv(100).startswith(b"HTTP")
        code, _, errors = server.stop()

    assert code == 0
    assert errors.count("[certificate-unusable]") == 1


@pytest.mark.parametrize("what", ["no-file", "no-pem", "another-key", "password"])
def test_what_cannot_be_used_is_refused_at_the_start(tmp_path, what):
    cert, key = write_pair(tmp_path, "mine", b"secret" if what == "password" else None)
    if what == "no-file":
        key.unlink()
    elif what == "no-pem":
        cert.write_text("certificate")
    elif what == "another-key":
        (tmp_path / "other").mkdir()
        key = write_pair(tmp_path / "other", "other")[1]

    with pytest.raises(StartRefused, match="cannot be used"):
        Certificate(cert, key)


def test_a_key_without_a_certificate_is_refused():
    with pytest.raises(StartRefused, match="no certificate"):
        read(["--tls-key", "key.pem"], {})
    assert read(["--tls-cert", "both.pem"], {}).certificate == (Path("both.pem"), Path("both.pem"))
    assert read([], {}).certificate is None
