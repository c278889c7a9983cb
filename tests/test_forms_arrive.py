"""From the agent through the OTLP exporter into the real server: whichever form an origin went in, it is the same."""

import json
import subprocess
import sys
import textwrap
import urllib.request

import pytest

SERVER = (sys.executable, "-m", "spanorigin_server.command")
SHOP = """
import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

import spanorigin

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(sys.argv[1] + "/v1/traces")))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("shop")
spanorigin.install()


class Cart:
    def pay(self):
        tracer.start_span("pay", kind=trace.SpanKind.CLIENT).end()  # <- pay


with tracer.start_as_current_span("request") as request:
    for _ in range(3):
        Cart().pay()  # <- caller
provider.shutdown()
print(f"{request.get_span_context().trace_id:032x}")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a server of its own."""
    data = tmp_path_factory.mktemp("forms")
    process = subprocess.Popen(
        [*SERVER, "--port", "0", "--data", str(data)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    port = process.stdout.readline().rpartition(":")[2].strip()
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(60)
    process.stdout.close()


def get(address, path):
    with urllib.request.urlopen(address + path, timeout=30) as answer:
        return json.load(answer)


@pytest.mark.parametrize("form", ["otel", "datadog", "both"])
def test_the_server_folds_each_form_into_the_same_origin(server, tmp_path, form):
    shop = tmp_path / "shop.py"
    shop.write_text(textwrap.dedent(SHOP))
    lines = shop.read_text().splitlines()
    pay, caller = (
        next(n for n, line in enumerate(lines, 1) if line.endswith(f"# <- {mark}")) for mark in ("pay", "caller")
    )

    done = subprocess.run(
        [sys.executable, shop, server],
        env={"SPANORIGIN_ATTRIBUTES": form, "PATH": "", "SPANORIGIN_SOURCE_ROOT": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    trace_id = done.stdout.split()[-1]
    trace = get(server, f"/api/v1/traces/{trace_id}")
    names = [trace["strings"][name] for name in trace["columns"]["name"]]
    paid = [span_id for span_id, name in zip(trace["columns"]["span_id"], names, strict=True) if name == "pay"]
    assert len(paid) == 3
    for span_id in paid:
        span = get(server, f"/api/v1/traces/{trace_id}/spans/{span_id}")
        assert ("_dd.code_origin.type" in span["attributes"]) == (form != "otel")
        assert ("code.file.path" in span["attributes"]) == (form != "datadog")
        assert span["span"]["origin"] == {
            "type": "exit",
            "file": str(shop),
            "path": "shop.py",
            "line": pay,
            "function": "__main__.Cart.pay",
            "frames": [
                {"file": str(shop), "path": "shop.py", "line": pay, "function": "__main__.Cart.pay"},
                {"file": str(shop), "path": "shop.py", "line": caller, "function": "__main__.<module>"},
            ],
        }
