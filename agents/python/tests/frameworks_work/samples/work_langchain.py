"""LangChain and LangGraph with a model that answers by itself."""

from typing import TypedDict

from langchain_core.language_models import FakeListChatModel
from langchain_core.prompts import ChatPromptTemplate
from langgraph.graph import END, START, StateGraph

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
