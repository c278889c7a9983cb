"""Exit origins of databases: real libraries, their real instrumentations, real servers."""

import asyncio

import exit_databases as sample
from exit_support import frame, frames_of
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.instrumentation.sqlite3 import SQLite3Instrumentor
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session


def at(mark, function):
    return frame("exit_databases", mark, function)


def statements(agent):
    """Frames by statement, of the spans that ran one."""
    spans = agent.spans()
    return {span.attributes["db.statement"]: frames_of(span) for span in spans if span.attributes.get("db.statement")}


def by_name(agent):
    """Frames by the name of the span."""
    return {span.name: frames_of(span) for span in agent.spans()}


def test_sqlite3_names_the_line_that_executes(agent, instrumented):
    instrumented(SQLite3Instrumentor)

    sample.by_sqlite3()

    assert agent.origins() == [[at("sqlite3", "by_sqlite3")]]


def test_sqlalchemy_core_names_the_line_that_executes(agent, instrumented):
    engine = create_engine("sqlite://")
    instrumented(SQLAlchemyInstrumentor, engine=engine)

    sample.by_sqlalchemy_core(engine)

    assert statements(agent) == {"select 1": [at("sqlalchemy-core", "by_sqlalchemy_core")]}
    engine.dispose()


def test_sqlalchemy_orm_names_the_flushing_and_the_iterating_line(agent, instrumented):
    engine = create_engine("sqlite://")
    sample.Base.metadata.create_all(engine)
    instrumented(SQLAlchemyInstrumentor, engine=engine)

    assert sample.by_sqlalchemy_orm(engine) == ["tea"]

    found = statements(agent)
    [insert] = [frames for statement, frames in found.items() if statement.startswith("INSERT")]
    [query] = [frames for statement, frames in found.items() if statement.startswith("SELECT")]
    assert insert == [at("sqlalchemy-flush", "by_sqlalchemy_orm")]
    assert query == [at("sqlalchemy-iterate", "by_sqlalchemy_orm")]
    engine.dispose()


def test_sqlalchemy_asyncio_names_the_awaiting_line_behind_the_greenlet(agent, instrumented):
    async def work():
        engine = create_async_engine("sqlite+aiosqlite://")
        instrumented(SQLAlchemyInstrumentor, engine=engine.sync_engine)
        for _ in range(2):
            await sample.by_sqlalchemy_async(engine)
        await engine.dispose()

    asyncio.run(work())

    expected = [at("sqlalchemy-async", "count"), at("sqlalchemy-async-caller", "by_sqlalchemy_async")]
    assert statements(agent) == {"select 7": expected}


def test_frames_go_on_from_the_users_function_inside_a_greenlet_to_the_awaiting_one_outside(agent, instrumented):
    ordinary, engine = create_engine("sqlite://"), create_async_engine("sqlite+aiosqlite://")
    instrumented(SQLAlchemyInstrumentor, engines=[ordinary, engine.sync_engine])
    expected = [at("run-sync", "inside"), at("run-sync-caller", "by_sqlalchemy_run_sync")]

    with Session(ordinary) as session:
        sample.inside(session)
    assert statements(agent) == {"select 8": expected[:1]}

    async def work():
        for _ in range(2):
            await sample.by_sqlalchemy_run_sync(engine)
            assert statements(agent) == {"select 8": expected}
        await engine.dispose()

    asyncio.run(work())
    ordinary.dispose()


def test_psycopg_names_the_line_that_executes(agent, instrumented, postgres):
    instrumented(PsycopgInstrumentor)

    sample.by_psycopg(postgres)

    assert statements(agent) == {"select 1": [at("psycopg", "by_psycopg")]}


def test_psycopg_async_names_the_awaiting_line(agent, instrumented, postgres):
    instrumented(PsycopgInstrumentor)

    asyncio.run(sample.by_psycopg_async(postgres))

    assert statements(agent) == {"select 2": [at("psycopg-async", "by_psycopg_async")]}


def test_redis_names_the_command_and_the_line_that_runs_a_pipeline(agent, instrumented, redis_port):
    instrumented(RedisInstrumentor)

    assert sample.by_redis(redis_port) == [b"v"]

    assert by_name(agent) == {"SET": [at("redis-set", "by_redis")], "GET": [at("redis-pipeline", "by_redis")]}


def test_redis_async_names_the_awaiting_line(agent, instrumented, redis_port):
    instrumented(RedisInstrumentor)

    asyncio.run(sample.by_redis_async(redis_port))

    assert by_name(agent) == {"GET": [at("redis-async", "by_redis_async")]}
