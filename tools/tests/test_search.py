"""`spanorigin search` against a real server that holds real spans."""

import gzip
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from spanorigin_tools.cli.search import duration, main
from spanorigin_tools.client import Client, ServerError


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    command = "import sys; from spanorigin_server.command import main; sys.exit(main(sys.argv[1:]))"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "--port", str(port), "--data", str(folder / "data")],
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=(folder / "log").open("wb"),
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(address, process)
        send(address, *(shop_span(number) for number in range(25)))
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def wait_until_up(address, process):
    for _ in range(300):
        assert process.poll() is None, "the server ended before it answered"
        try:
            urllib.request.urlopen(f"{address}/api/v1/health")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not answer within 30 s")


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


def send(address, *spans):
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.append(KeyValue(key="service.name", value=AnyValue(string_value="web")))
    resource.resource.attributes.append(
        KeyValue(key="spanorigin.source.root", value=AnyValue(string_value="/srv/shop"))
    )
    resource.scope_spans.add().spans.extend(spans)
    headers = {"content-type": "application/x-protobuf", "content-encoding": "gzip"}
    body = gzip.compress(request.SerializeToString())
    urllib.request.urlopen(urllib.request.Request(f"{address}/v1/traces", body, headers)).read()


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
