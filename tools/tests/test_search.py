"""`spanorigin search` against a real server that holds real spans."""

import os
import re
import socket
import time

import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from spanorigin_tests.otlp import request_of
from spanorigin_tests.processes import ServerProcess, run
from spanorigin_tools.cli.search import duration, main
from spanorigin_tools.client import Client, ServerError


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with ServerProcess(tmp_path_factory.mktemp("server") / "data") as process:
        send(process, *(shop_span(number) for number in range(25)))
        yield process.address


@pytest.fixture(scope="module")
def shut(tmp_path_factory):
    """A server that demands tokens; its address, and one token for each right."""
    folder = tmp_path_factory.mktemp("shut") / "data"
    secrets = {}
    for right in ("read", "ingest"):
        made = run("token", "add", right, "--right", right, "--data", str(folder))
        assert made.returncode == 0, made.stderr
        secrets[right] = made.stdout.splitlines()[0]
    with ServerProcess(folder, "--auth") as process:
        yield process.address, secrets


def shop_span(number):
    started = time.time_ns() - (number + 1) * 1_000_000
    return Span(
        trace_id=os.urandom(16),
        span_id=os.urandom(8),
        name=f"GET /cart/{number}",
        kind=Span.SPAN_KIND_SERVER,
        start_time_unix_nano=started,
        end_time_unix_nano=started + 84_100_000,
        status=Status(code=Status.STATUS_CODE_ERROR if number == 7 else Status.STATUS_CODE_UNSET),
        attributes=[
            KeyValue(key="code.file.path", value=AnyValue(string_value="/srv/shop/app/cart.py")),
            KeyValue(key="code.line.number", value=AnyValue(int_value=13)),
            KeyValue(key="code.function.name", value=AnyValue(string_value="app.cart.show")),
            KeyValue(key="spanorigin.type", value=AnyValue(string_value="entry")),
        ],
    )


def send(process, *spans):
    resource = {"service.name": "web", "spanorigin.source.root": "/srv/shop"}
    assert process.post(request_of(*spans, resource=resource).SerializeToString()) == 200


def test_a_search_prints_each_span_with_its_file_line_and_function(server, capsys):
    code = main(["status:error", "--server", server])

    (line,) = capsys.readouterr().out.splitlines()
    assert code == 0
    assert re.match(r"\d\d:\d\d:\d\d\.\d{3}  web +84\.1 ms  error  app/cart\.py:13 app\.cart\.show  GET /cart/7$", line)


def test_a_search_for_nothing_that_is_there_says_what_to_do_and_ends_with_1(server, capsys):
    code = main(["service:nobody", "--server", server])

    assert code == 1
    assert "--since" in capsys.readouterr().err


def test_a_broken_query_is_shown_with_a_caret_where_it_broke(server, capsys):
    code = main(["(service:web", "--server", server])

    _, query, caret = capsys.readouterr().err.splitlines()
    assert code == 2
    assert query.strip() == "(service:web"
    assert caret.strip() == "^"


def test_a_client_follows_the_pages_until_its_limit(server):
    spans = list(Client(server).search("service:web", limit=22))

    assert len({span.span_id for span in spans}) == 22
    assert [span.start_ns for span in spans] == sorted((span.start_ns for span in spans), reverse=True)


def test_a_server_that_is_not_there_is_a_clear_error():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(ServerError, match="spanorigin up"):
            list(Client(address).search())


def test_a_search_shows_its_token_to_a_server_that_demands_one(shut, capsys, monkeypatch):
    address, secrets = shut
    monkeypatch.setenv("SPANORIGIN_TOKEN", secrets["read"])

    code = main(["service:web", "--server", address])

    assert code == 1
    assert "No spans match" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("", "wants a token. Set SPANORIGIN_TOKEN"),
        ("none-of-theirs", "does not know the token in SPANORIGIN_TOKEN"),
        ("ingest", "may not read"),
        ("a\nb", "characters that no token has"),
    ],
    ids=["none", "unknown", "other-right", "no-token"],
)
def test_who_is_not_let_in_is_told_what_to_set(shut, capsys, monkeypatch, token, told):
    address, secrets = shut
    monkeypatch.setenv("SPANORIGIN_TOKEN", secrets.get(token, token))

    code = main(["service:web", "--server", address])

    assert code == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("nanoseconds", "shown"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (42_000, "42 µs"),
        (999_999, "1 ms"),
        (9_500_000, "9.5 ms"),
        (803_400_000, "803 ms"),
        (1_210_000_000, "1.21 s"),
        (134_000_000_000, "134 s"),
        (5_000_000_000_000, "5000 s"),
    ],
)
def test_a_duration_shows_three_digits_that_matter(nanoseconds, shown):
    assert duration(nanoseconds) == shown
