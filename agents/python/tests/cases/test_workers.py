"""Case 17: tasks, calls and invocations that no web framework brings. Kafka's, RabbitMQ's and others' consumers are in
frameworks_work, beside the servers they need."""

import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import case_celery
import grpc
import pytest
import web_grpc
import work_lambda
from case_support import entry_at, entry_of
from celery.contrib.testing.worker import start_worker
from entry_support import wait_for
from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.grpc import server_interceptor
from opentelemetry.trace import SpanKind


def consumers(program):
    return [span for span in program.exporter.get_finished_spans() if span.kind is SpanKind.CONSUMER]


def test_case_17_a_celery_task_is_named_by_its_function_and_its_message_by_the_line_that_sends_it(program):
    app = case_celery.app
    CeleryInstrumentor().instrument(tracer_provider=program.provider)
    try:
        with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=10, loglevel="critical"):
            case_celery.send_with_delay()
            case_celery.send_with_options()
            wait_for(lambda: len(consumers(program)) == 2)
    finally:
        CeleryInstrumentor().uninstrument()
        app.close()

    named = {span.name: entry_of(span) for span in consumers(program)}
    assert named == {
        "run/case_celery.add": entry_at(case_celery, "add"),
        "run/case_celery.Report": entry_at(case_celery, "report", "Report.run"),
    }
    sent = [span.attributes["code.line.number"] for span in program.spans(SpanKind.PRODUCER)]
    assert sent == [entry_at(case_celery, mark).line for mark in ("delay", "options")]


@pytest.mark.parametrize("servicer", ["generic", "registered"])
def test_case_17_a_grpc_call_is_named_by_the_servicers_method(program, servicer):
    server = grpc.server(ThreadPoolExecutor(2), interceptors=(server_interceptor(tracer_provider=program.provider),))
    getattr(web_grpc, f"add_{servicer}")(web_grpc.Shop(), server, "case.Shop")
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            channel.unary_unary("/case.Shop/Pay")(b"a", timeout=20)
            list(channel.unary_stream("/case.Shop/Streams")(b"a", timeout=20))
    finally:
        server.stop(None).wait()

    assert program.entries() == [
        entry_at(web_grpc, "pay", "Shop.Pay"),
        entry_at(web_grpc, "streams", "Shop.Streams"),
    ]


def test_case_17_a_lambda_invocation_is_named_by_the_handler_of_the_setting(program, monkeypatch):
    context = SimpleNamespace(
        function_name="orders", invoked_function_arn="arn:aws:lambda:eu-central-1:1:function:orders", aws_request_id="1"
    )
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "orders")
    for name in ("handler", "decorated", "application"):
        monkeypatch.setenv("_HANDLER", f"work_lambda.{name}")
        AwsLambdaInstrumentor().instrument(tracer_provider=program.provider, skip_dep_check=True)
        try:
            getattr(sys.modules["work_lambda"], name)({"path": "/orders"}, context)
        finally:
            AwsLambdaInstrumentor().uninstrument()

    assert program.entries() == [
        entry_at(work_lambda, "handler"),
        entry_at(work_lambda, "decorated"),
        entry_at(work_lambda, "application", "Application.__call__"),
    ]
