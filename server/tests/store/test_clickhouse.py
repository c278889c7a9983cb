"""A server is a home as a folder is: values are bound, groups are stored once whatever gets lost, refusals say why."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans as ScopeSpansMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from spanorigin_server.records import NotHere, StartRefused, StoreFailed
from spanorigin_server.store import tables
from spanorigin_server.store.address import store_address
from spanorigin_server.store.clickhouse import ClickHouse
from spanorigin_server.store.frozen import freeze
from spanorigin_server.store.upkeep import Upkeep, of_service
from spanorigin_server.store.writer import Body, BodyRefused, Outcome, ScopeSpans, Writer
from spanorigin_tests.clickhouse_front import Front, front

NOON_NS = 1_772_366_400_000_000_000
AGAIN = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(tmp_path_factory.mktemp("served")) as serving:
        yield serving


@pytest.fixture(scope="module")
def home(served: Front) -> Iterator[ClickHouse]:
    home = ClickHouse(store_address(served.address))
    tables.prepare(home)
    yield home
    home.close()


def body(spans: int = 1, name_ns: int | None = None) -> Body:
    message = ScopeSpansMessage()
    for number in range(spans):
        message.spans.append(
            # Over days: an insert of several partitions is several blocks.
            Span(
                trace_id=(number + 1).to_bytes(16, "big"),
                span_id=(number + 1).to_bytes(8, "big"),
                start_time_unix_nano=NOON_NS + number % 3 * 86_400 * 10**9,
            )
        )
    scope = ScopeSpans("shop", "", "", "", "", "", {"k": "v"}, "lib", "", {}, message.SerializeToString())
    return Body(name_ns or time.time_ns(), [scope])


def count(home: ClickHouse) -> int:
    return home.query("SELECT count() AS n FROM spanorigin.spans")["n"][0]


@AGAIN
@given(text=st.text(), texts=st.lists(st.text(), max_size=3), whole=st.integers(-(2**63), 2**63 - 1))
def test_values_arrive_as_they_were_bound(home: ClickHouse, text: str, texts: list[str], whole: int):
    asked = "SELECT {a:String} AS a, {b:Array(String)} AS b, {c:Int64} AS c, {d:Array(Int64)} AS d, {e:Bool} AS e"

    found = home.query(asked, {"a": text, "b": texts, "c": whole, "d": [whole, 0], "e": whole > 0})

    assert found == {"a": [text], "b": [texts], "c": [whole], "d": [[whole, 0]], "e": [whole > 0]}


def test_a_failed_statement_says_why_with_the_servers_number(home: ClickHouse):
    with pytest.raises(StoreFailed) as failure:
        home.query("SELECT * FROM nowhere")

    assert failure.value.code == 60
    assert "nowhere" in failure.value.message


def test_a_group_whose_answer_was_lost_is_stored_once(served: Front, home: ClickHouse):
    before = count(home)
    served.lost_answers.append("INSERT INTO spanorigin.spans")

    outcomes = Writer(home).write([body(spans=500), body(spans=3)])

    assert outcomes == [Outcome(spans=500), Outcome(spans=3)]
    assert not served.lost_answers
    assert count(home) == before + 503


@pytest.mark.parametrize("code", [242, 999, 252, 202])
def test_trouble_that_passes_is_waited_out(served: Front, home: ClickHouse, code: int):
    before = count(home)
    served.troubles += [("INSERT INTO spanorigin.spans", code), ("INSERT INTO waiting_0", code)]

    Writer(home).write([body()])

    assert not served.troubles
    assert count(home) == before + 1


def test_trouble_that_stays_is_told_and_leaves_nothing(served: Front, home: ClickHouse):
    before = count(home)
    served.troubles.append(("INSERT INTO spanorigin.spans", 49))

    with pytest.raises(StoreFailed, match="There is trouble"):
        Writer(home).write([body()])

    assert count(home) == before


def test_a_body_that_does_not_parse_is_refused_at_once(served: Front, home: ClickHouse):
    bad = ScopeSpans("s", "", "", "", "", "", {}, "", "", {}, b"\x12\xff")
    before = len(served.received)

    with pytest.raises(BodyRefused):
        Writer(home).write([body(), Body(time.time_ns(), [bad])])

    assert sum("INSERT INTO waiting_0" in statement for statement in served.received[before:]) == 1


def test_two_servers_of_ours_do_not_meet_in_the_staging_table(served: Front, home: ClickHouse):
    other = ClickHouse(store_address(served.address))
    before = count(home)
    first, second = Writer(home), Writer(other)
    first._parsed([body(spans=7)])

    second.write([body(spans=2)])
    first.write([body(spans=1)])

    assert count(home) == before + 3
    other.close()


def test_days_are_dropped_and_services_deleted(home: ClickHouse):
    upkeep = Upkeep(home)
    Writer(home).write([body(spans=3)])
    days = upkeep.days()

    upkeep.drop(days[0])

    assert [day.name for day in upkeep.days()] == [day.name for day in days[1:]] == ["20260302", "20260303"]
    assert upkeep.delete(of_service("shop", time.time_ns())) > 0
    assert count(home) == 0
    upkeep.wipe(upkeep.days()[0])


def test_a_store_of_an_earlier_schema_is_written_anew_on_a_server_too(home: ClickHouse):
    Writer(home).write([body(spans=6)])
    before = home.query("SELECT * EXCEPT received_ts FROM spanorigin.spans ORDER BY ALL")
    home.execute("TRUNCATE TABLE spanorigin.schema_version")
    home.execute("INSERT INTO spanorigin.schema_version (version) VALUES (2)")

    tables.prepare(home)

    assert home.query("SELECT * EXCEPT received_ts FROM spanorigin.spans ORDER BY ALL") == before
    assert home.query("SELECT max(version) AS v FROM spanorigin.schema_version") == {"v": [tables.SCHEMA_VERSION]}


def test_a_parquet_file_is_written_on_our_side(home: ClickHouse, tmp_path: Path):
    home.write_parquet("SELECT {a:UInt8} AS a", tmp_path / "file.parquet", {"a": 7})

    assert (tmp_path / "file.parquet").read_bytes()[:4] == b"PAR1"


def test_a_servers_backup_is_its_own_affair(home: ClickHouse, tmp_path: Path):
    with pytest.raises(NotHere, match="backed up there"):
        freeze(home, tmp_path, "x")


def test_a_machine_that_is_gone_is_passed_over(served: Front):
    # Nothing listens at port 1.
    address = store_address(f"clickhouse://127.0.0.1:1,127.0.0.1:{served.port}/spanorigin")
    home = ClickHouse(address)

    assert home.query("SELECT 1 AS a") == {"a": [1]}
    home.close()


def test_a_password_is_shown_and_a_wrong_one_is_refused_in_words(tmp_path: Path, served: Front):
    served.user, served.password = "span origin", "p%w:@d"
    secret = tmp_path / "secret"
    secret.write_text("p%w:@d\n")
    try:
        for address in (
            f"clickhouse://span%20origin:p%25w%3A%40d@127.0.0.1:{served.port}",
            f"clickhouse://span%20origin@127.0.0.1:{served.port}?password_file={secret}",
        ):
            ClickHouse(store_address(address)).close()
        with pytest.raises(StartRefused, match="does not let the user 'bob' in") as refusal:
            ClickHouse(store_address(f"clickhouse://bob:sesame@127.0.0.1:{served.port}"))
    finally:
        served.user, served.password = "default", ""
    assert refusal.value.slug == "store-not-let-in"
    assert "sesame" not in refusal.value.message


def test_where_nothing_answers_the_start_is_refused():
    with pytest.raises(StartRefused, match=r"cannot be reached: \[Errno 111\] Connection refused\. Check") as refusal:
        ClickHouse(store_address("clickhouse://127.0.0.1:1/x"))

    assert refusal.value.slug == "store-unreachable"


def test_with_tls_only_a_server_of_the_named_authority_is_trusted(tmp_path: Path, served: Front):
    certificate = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    # The same engine behind another door.
    with served.another_door(context) as port:
        trusting = ClickHouse(store_address(f"clickhouses://127.0.0.1:{port}/spanorigin?ca={certificate}"))
        assert trusting.query("SELECT 1 AS a") == {"a": [1]}
        trusting.close()
        with pytest.raises(StartRefused, match="CERTIFICATE_VERIFY_FAILED"):
            ClickHouse(store_address(f"clickhouses://127.0.0.1:{port}/spanorigin"))


def test_a_closed_home_is_told_as_such(served: Front):
    home = ClickHouse(store_address(served.address))
    home.close()

    with pytest.raises(StoreFailed) as failure:
        home.query("SELECT 1 AS a")

    assert failure.value.slug == "store-closed"


def _certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "front")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "front.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file
