"""Exit origins of client libraries whose services are played by a server in this process; the libraries are real."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anthropic
import openai
import pytest
import work_services as sample
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.trace import SpanKind
from work_support import origin_at, origin_of

COMPLETION = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "tea",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "tea"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
PART = {
    "id": "1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "tea",
    "choices": [{"index": 0, "delta": {"content": "tea"}, "finish_reason": "stop"}],
}
MESSAGE = {
    "id": "1",
    "type": "message",
    "role": "assistant",
    "model": "tea",
    "content": [{"type": "text", "text": "tea"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}


class Services(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        kind = "application/json"
        if "max_tokens" in asked:
            body = json.dumps(MESSAGE)
        elif asked.get("stream"):
            body, kind = f"data: {json.dumps(PART)}\n\ndata: [DONE]\n\n", "text/event-stream"
        else:
            body = json.dumps(COMPLETION)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Services)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module", autouse=True)
def _instrumented(work):
    OpenAIInstrumentor().instrument(tracer_provider=work.provider, skip_dep_check=True)
    AnthropicInstrumentor().instrument(tracer_provider=work.provider, skip_dep_check=True)
    yield
    OpenAIInstrumentor().uninstrument()
    AnthropicInstrumentor().uninstrument()


@pytest.mark.parametrize(
    ("ask", "mark"), [("ask_openai", "openai"), ("stream_openai", "openai_stream")], ids=["whole", "stream"]
)
def test_openai_names_the_line_of_the_call(work, address, ask, mark):
    with openai.OpenAI(base_url=address, api_key="none") as client:
        getattr(sample, ask)(client)

    assert origin_of(work.only(SpanKind.CLIENT)) == origin_at("work_services", mark, ask, "exit")


async def test_openai_awaited_names_the_awaiting_line(work, address):
    async with openai.AsyncOpenAI(base_url=address, api_key="none") as client:
        await sample.ask_openai_later(client)

    expected = origin_at("work_services", "openai_later", "ask_openai_later", "exit")
    assert origin_of(work.only(SpanKind.CLIENT)) == expected


def test_anthropic_names_the_line_of_the_call(work, address):
    with anthropic.Anthropic(base_url=address, api_key="none") as client:
        sample.ask_anthropic(client)

    assert origin_of(work.only(SpanKind.CLIENT)) == origin_at("work_services", "anthropic", "ask_anthropic", "exit")


async def test_anthropic_awaited_names_the_awaiting_line(work, address):
    async with anthropic.AsyncAnthropic(base_url=address, api_key="none") as client:
        await sample.ask_anthropic_later(client)

    expected = origin_at("work_services", "anthropic_later", "ask_anthropic_later", "exit")
    assert origin_of(work.only(SpanKind.CLIENT)) == expected
