"""LangChain and LangGraph with a model that answers by itself."""

import functools

from fastapi import FastAPI
from langchain_core.language_models import FakeListChatModel
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda
from langgraph.graph import END, START, StateGraph
from langserve import add_routes
from typing_extensions import TypedDict

model = FakeListChatModel(responses=["tea"])
chain = ChatPromptTemplate.from_messages([("user", "{question}")]) | model


def ask_model():
    return model.invoke("what?")  # <- model


def ask_chain():
    return chain.invoke({"question": "what?"})  # <- chain


async def ask_chain_later():
    return await chain.ainvoke({"question": "what?"})  # <- chain_later


class State(TypedDict):
    answer: str


def node(state: State) -> State:
    return {"answer": model.invoke("what?").content}  # <- node


builder = StateGraph(State)
builder.add_node("node", node)
builder.add_edge(START, "node")
builder.add_edge("node", END)
graph = builder.compile()


def ask_graph():
    return graph.invoke({"answer": ""})  # <- graph


def audited(node):
    @functools.wraps(node)
    def inner(state):
        return node(state)

    return inner


def first(state: State) -> State:  # <- first
    return {"answer": "tea"}


async def awaited(state: State) -> State:  # <- awaited
    return {"answer": "tea"}


@audited
def decorated(state: State) -> State:  # <- decorated
    return {"answer": "tea"}


class Shelf:
    def method(self, state: State) -> State:  # <- method
        return {"answer": "tea"}

    def __call__(self, state: State) -> State:  # <- object
        return {"answer": "tea"}


def in_a_lambda(state: State) -> State:  # <- in_a_lambda
    return {"answer": "tea"}


def raises(state: State) -> State:  # <- raises
    raise LookupError("no such tea")


def of(first_node):
    """A graph of two nodes."""
    made = StateGraph(State)
    made.add_node("first", first_node)
    made.add_node("second", node)
    made.add_edge(START, "first")
    made.add_edge("first", "second")
    made.add_edge("second", END)
    return made.compile()


GRAPHS = {
    "first": of(first),
    "awaited": of(awaited),
    "decorated": of(decorated),
    "method": of(Shelf().method),
    "object": of(Shelf()),
    "in_a_lambda": of(RunnableLambda(in_a_lambda)),
    "raises": of(raises),
    "below": of(of(first)),
}


def serve():
    """LangServe's routes for each graph, and a view of our own that runs one."""
    app = FastAPI()
    for name, served in GRAPHS.items():
        add_routes(app, served, path=f"/{name}", enabled_endpoints=["invoke"])

    @app.get("/view")
    async def view():  # <- view
        return await GRAPHS["first"].ainvoke({"answer": ""})

    return app
