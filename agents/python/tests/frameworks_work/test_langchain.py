"""Origins of LangChain's model calls and of requests that run a graph of LangGraph's, by a real instrumentation."""

import json
import urllib.error
import urllib.request

import pytest
import work_langchain as sample
from entry_support import serving_asgi
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.langchain import LangchainInstrumentor
from opentelemetry.trace import SpanKind
from work_support import origin_at, origin_of

# LangServe asks LangGraph by an older name.
pytestmark = pytest.mark.filterwarnings("ignore:`config_schema` is deprecated")


@pytest.fixture(scope="module", autouse=True)
def _instrumented(work):
    LangchainInstrumentor().instrument(tracer_provider=work.provider, skip_dep_check=True)
    yield
    LangchainInstrumentor().uninstrument()


@pytest.mark.parametrize(
    ("ask", "mark", "function"),
    [("ask_model", "model", "ask_model"), ("ask_chain", "chain", "ask_chain"), ("ask_graph", "node", "node")],
)
def test_a_call_of_a_model_is_named_by_the_line_that_asks_it(work, ask, mark, function):
    getattr(sample, ask)()

    assert origin_of(work.only(SpanKind.CLIENT)) == origin_at("work_langchain", mark, function, "exit")


async def test_an_awaited_call_of_a_model_is_named_by_the_awaiting_line_or_by_none(work):
    await sample.ask_chain_later()

    # LangChain reports from tasks and threads of its own, beyond which the line may not be known.
    expected = origin_at("work_langchain", "chain_later", "ask_chain_later", "exit")
    assert origin_of(work.only(SpanKind.CLIENT)) in (None, expected)


@pytest.fixture(scope="module")
def address(work):
    app = sample.serve()
    FastAPIInstrumentor.instrument_app(app, tracer_provider=work.provider, exclude_spans=["send", "receive"])
    with serving_asgi(app) as address:
        yield address


def post(address):
    """The status of a request that has a graph run."""
    words = json.dumps({"input": {"answer": ""}}).encode()
    request = urllib.request.Request(address, words, {"content-type": "application/json"})
    try:
        return urllib.request.urlopen(request, timeout=20).status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize(
    ("graph", "mark", "function", "status"),
    [
        ("first", "first", "first", 200),
        ("awaited", "awaited", "awaited", 200),
        ("decorated", "decorated", "decorated", 200),
        ("method", "method", "Shelf.method", 200),
        ("object", "object", "Shelf.__call__", 200),
        ("in_a_lambda", "in_a_lambda", "in_a_lambda", 200),
        ("raises", "raises", "raises", 500),
        ("below", "first", "first", 200),
    ],
)
def test_a_request_that_a_librarys_view_answers_by_a_graph_is_named_by_its_first_node(
    work, address, graph, mark, function, status
):
    assert post(f"{address}/{graph}/invoke") == status

    assert origin_of(work.entry_span()) == origin_at("work_langchain", mark, function)


def test_a_graph_that_is_run_without_a_loop_names_its_first_node_and_shows_no_frame_of_ours(work):
    tracer = work.provider.get_tracer("test")

    with (
        pytest.raises(LookupError) as raised,
        tracer.start_as_current_span("request", kind=SpanKind.CONSUMER),
    ):
        sample.GRAPHS["raises"].invoke({"answer": ""})

    assert origin_of(work.only(SpanKind.CONSUMER)) == origin_at("work_langchain", "raises", "raises")
    assert not [frame for frame in raised.traceback if "spanorigin/frameworks" in str(frame.path)]


def test_a_view_of_the_users_that_runs_a_graph_stays_the_handler(work, address):
    urllib.request.urlopen(f"{address}/view", timeout=20).close()

    assert origin_of(work.entry_span()) == origin_at("work_langchain", "view", "serve.<locals>.view")


def test_the_spans_of_nodes_have_no_origin_of_their_own(work):
    sample.ask_graph()

    inner = work.of_kind(SpanKind.INTERNAL)
    assert "node" in " ".join(span.name for span in inner)
    assert {origin_of(span) for span in inner} == {None}
