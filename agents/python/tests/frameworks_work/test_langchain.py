"""Exit origins of LangChain's model calls, alone, in chains and in LangGraph's nodes, by a real instrumentation."""

import pytest
import work_langchain as sample
from opentelemetry.instrumentation.langchain import LangchainInstrumentor
from opentelemetry.trace import SpanKind
from work_support import origin_at, origin_of


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
