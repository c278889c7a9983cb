"""Entry origins of AWS Lambda, called as Lambda's runtime calls a handler: module attribute, event, context."""

import sys
import traceback
from types import SimpleNamespace

import pytest
import work_lambda as sample
from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor
from opentelemetry.trace import SpanKind
from work_support import origin_at, origin_of

CONTEXT = SimpleNamespace(
    function_name="orders",
    invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:orders",
    aws_request_id="1",
)
PLAIN = {"path": "/orders"}
GATEWAY = {"version": "2.0", "requestContext": {"domainName": "shop", "http": {"method": "GET", "path": "/orders"}}}
QUEUE = {"Records": [{"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-central-1:1:orders", "body": "{}"}]}


@pytest.fixture
def invoke(work, monkeypatch):
    """Calls a handler of the sample the way Lambda does, once the instrumentation is on it."""
    done = []

    def call(name, event):
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "orders")
        monkeypatch.setenv("_HANDLER", f"work_lambda.{name}")
        AwsLambdaInstrumentor().instrument(tracer_provider=work.provider, skip_dep_check=True)
        done.append(name)
        return getattr(sys.modules["work_lambda"], name)(event, CONTEXT)

    yield call
    for _ in done:
        AwsLambdaInstrumentor().uninstrument()


@pytest.mark.parametrize("event", [PLAIN, GATEWAY, QUEUE], ids=["plain", "gateway", "queue"])
@pytest.mark.parametrize(
    ("name", "function"),
    [("handler", "handler"), ("decorated", "decorated"), ("application", "Application.__call__")],
)
def test_an_invocation_is_named_by_the_handler_of_the_setting(work, invoke, name, function, event):
    answer = invoke(name, event)

    assert answer
    assert origin_of(work.only(SpanKind.SERVER)) == origin_at("work_lambda", name, function)


def test_a_raising_handler_keeps_its_origin_and_its_traceback(work, invoke):
    with pytest.raises(LookupError) as caught:
        invoke("raises", GATEWAY)

    files = [frame.filename for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert not any("/src/spanorigin/" in file for file in files), files
    assert origin_of(work.only(SpanKind.SERVER)) == origin_at("work_lambda", "raises", "raises")


def test_the_handler_itself_stays_the_object_that_the_module_made(work, invoke):
    before = sample.handler

    invoke("handler", PLAIN)

    assert sample.handler.__wrapped__ is before
