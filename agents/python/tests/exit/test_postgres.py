"""Exit origins of PostgreSQL's other clients: asyncpg, alone and below SQLAlchemy, and psycopg2."""

import asyncio

import exit_postgres as sample
from exit_support import frame, frames_of
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.psycopg2 import Psycopg2Instrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from sqlalchemy.ext.asyncio import create_async_engine


def at(mark, function):
    return frame("exit_postgres", mark, function)


def statements(agent):
    """Frames by statement, of the spans that ran one."""
    spans = agent.spans()
    return {span.attributes["db.statement"]: frames_of(span) for span in spans if span.attributes.get("db.statement")}


def test_asyncpg_names_each_awaiting_line(agent, instrumented, postgres):
    instrumented(AsyncPGInstrumentor)

    for _ in range(2):
        assert asyncio.run(sample.by_asyncpg(postgres)) == ["tea"]

        assert statements(agent) == {
            "create temporary table item (name text)": [at("asyncpg-execute", "by_asyncpg")],
            "insert into item values ($1)": [at("asyncpg-many", "by_asyncpg")],
            "select name from item": [at("asyncpg-fetch", "by_asyncpg")],
            "select count(*) from item": [at("asyncpg-value", "by_asyncpg")],
        }


def test_a_pool_of_asyncpg_lists_the_awaiting_functions(agent, instrumented, postgres):
    instrumented(AsyncPGInstrumentor)

    assert asyncio.run(sample.by_asyncpg_pool(postgres)) == 3

    expected = [at("asyncpg-pool", "first_of"), at("asyncpg-pool-caller", "by_asyncpg_pool")]
    assert statements(agent)["select 3"] == expected


def test_a_cursor_of_asyncpg_names_the_line_that_iterates(agent, instrumented, postgres):
    instrumented(AsyncPGInstrumentor)

    assert [tuple(row) for row in asyncio.run(sample.by_asyncpg_cursor(postgres))] == [(4,)]

    found = [frames_of(span)[-1:] for span in agent.spans() if span.attributes.get("db.statement") == "select 4"]
    assert found
    assert set(map(tuple, found)) == {(at("asyncpg-cursor", "by_asyncpg_cursor"),)}


def test_asyncpg_below_sqlalchemy_names_the_awaiting_line_behind_the_greenlet(agent, instrumented, postgres):
    """Both instrumentations make a span; both are in the greenlet."""

    async def work():
        engine = create_async_engine(postgres.replace("postgresql://", "postgresql+asyncpg://"))
        instrumented(AsyncPGInstrumentor)
        instrumented(SQLAlchemyInstrumentor, engine=engine.sync_engine)
        for _ in range(2):
            assert await sample.by_sqlalchemy_over_asyncpg(engine) == 5
        await engine.dispose()

    asyncio.run(work())

    found = [frames_of(span) for span in agent.spans() if span.attributes.get("db.statement") == "select 5"]
    assert len(found) >= 2
    assert set(map(tuple, found)) == {(at("over-asyncpg", "by_sqlalchemy_over_asyncpg"),)}


def test_psycopg2_names_the_line_that_executes(agent, instrumented, postgres):
    instrumented(Psycopg2Instrumentor)

    assert sample.by_psycopg2(postgres) == 6

    assert agent.origins() == [[at("psycopg2", "by_psycopg2")]]
