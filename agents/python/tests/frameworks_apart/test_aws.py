"""Exit origins of boto3 and botocore: real clients and resources, their real instrumentation, moto's server."""

import sys
import urllib.request

import boto3
import exit_aws as sample
import pytest
from exit_services import free_port, running
from exit_support import frame, frames_of
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor


@pytest.fixture(scope="module")
def address():
    port = free_port()
    with running([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def aws(instrumented, address, monkeypatch, tmp_path):
    """A session of boto3 with nothing of the machine's configuration, and a server that has nothing yet."""
    urllib.request.urlopen(f"{address}/moto-api/reset", data=b"").close()
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    instrumented(BotocoreInstrumentor)
    return boto3.Session("key", "secret", region_name="us-east-1")


def at(mark, function):
    return frame("exit_aws", mark, function)


def by_operation(agent):
    """Frames by operation; every operation was asked for once."""
    return {span.attributes["rpc.method"]: frames_of(span) for span in agent.spans()}


def test_the_calls_of_a_client_name_their_lines(agent, aws):
    s3 = aws.client("s3")

    assert sample.by_client(s3) == b"1"

    assert by_operation(agent) == {
        "CreateBucket": [at("create", "by_client")],
        "PutObject": [at("put", "by_client")],
        "GetObject": [at("get", "by_client")],
    }


def test_pages_name_the_line_that_iterates(agent, aws):
    s3 = aws.client("s3")
    sample.by_client(s3)
    agent.forget()

    assert sample.by_pages(s3) == ["tea"]

    [frames] = agent.origins()
    assert frames[-1] == at("pages", "by_pages")


def test_a_queue_names_the_lines_that_send_and_receive(agent, aws):
    assert sample.by_queue(aws.client("sqs")) == "tea"

    kinds = {span.name: (span.kind.name, frames_of(span)) for span in agent.exporter.get_finished_spans()}
    assert kinds == {
        "SQS.CreateQueue": ("CLIENT", [at("queue", "by_queue")]),
        "SQS.SendMessage": ("CLIENT", [at("send", "by_queue")]),
        "SQS.ReceiveMessage": ("CLIENT", [at("receive", "by_queue")]),
    }


def test_a_resource_names_the_line_over_its_made_up_methods(agent, aws):
    stock = sample.Stock(aws.resource("dynamodb"))

    assert stock.keep("tea") == "tea"

    assert by_operation(agent) == {
        "CreateTable": [at("table", "Stock.__init__")],
        "PutItem": [at("item", "Stock.keep")],
        "GetItem": [at("kept", "Stock._kept"), at("kept-caller", "Stock.keep")],
    }


def test_a_collection_names_the_line_that_iterates(agent, aws):
    sample.by_client(aws.client("s3"))
    agent.forget()

    assert sample.by_collection(aws.resource("s3")) == ["tea"]

    [frames] = agent.origins()
    assert frames[-1] == at("collection", "by_collection")


def test_a_transfer_that_threads_carry_out_has_no_origin(agent, aws, tmp_path):
    (tmp_path / "file").write_bytes(b"1")
    s3 = aws.client("s3")
    sample.by_client(s3)
    agent.forget()

    sample.by_transfer(s3, str(tmp_path / "file"))

    assert agent.origins() == [[]]
    assert agent.misses() == {"launched-elsewhere": 1}
