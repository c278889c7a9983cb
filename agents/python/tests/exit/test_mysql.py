"""Exit origins of MySQL's clients: real libraries, their real instrumentations, a real MariaDB."""

import asyncio

import exit_mysql as sample
import pytest
from exit_services import running_mariadb, the_module
from exit_support import frame, frames_of
from opentelemetry.instrumentation.mysql import MySQLInstrumentor
from opentelemetry.instrumentation.mysqlclient import MySQLClientInstrumentor
from opentelemetry.instrumentation.pymysql import PyMySQLInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from sqlalchemy.ext.asyncio import create_async_engine

CLIENTS = {
    "PyMySQL": ("pymysql", PyMySQLInstrumentor),
    "mysqlclient": ("MySQLdb", MySQLClientInstrumentor),
    "mysql-connector": ("mysql.connector", MySQLInstrumentor),
}


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with running_mariadb(tmp_path_factory.mktemp("mariadb")) as found:
        yield found


@pytest.fixture(params=CLIENTS)
def connection(request, instrumented, port):
    """A connection by each client, instrumented before it is made."""
    name, instrumentor = CLIENTS[request.param]
    client = the_module(name)
    instrumented(instrumentor)
    made = client.connect(host="127.0.0.1", port=port, user="tests")
    yield made
    made.close()


def at(mark, function):
    return frame("exit_mysql", mark, function)


def test_each_client_names_the_line_that_executes(agent, connection):
    for _ in range(2):
        assert sample.by_cursor(connection) == 1

    assert agent.origins() == [[at("execute", "by_cursor")], [at("executemany", "by_cursor")]] * 2


def test_a_call_over_several_lines_in_a_method_lists_both_frames(agent, connection):
    assert sample.Stock(connection).count() == 3

    assert agent.origins() == [[at("stock", "Stock._asked"), at("stock-caller", "Stock.count")]]


def test_aiomysql_below_sqlalchemy_names_the_awaiting_line(agent, instrumented, port):
    async def work():
        engine = create_async_engine(f"mysql+aiomysql://tests@127.0.0.1:{port}/")
        instrumented(SQLAlchemyInstrumentor, engine=engine.sync_engine)
        for _ in range(2):
            assert await sample.by_sqlalchemy_over_aiomysql(engine) == 4
        await engine.dispose()

    asyncio.run(work())

    found = [frames_of(span) for span in agent.spans() if span.attributes.get("db.statement") == "select 4"]
    assert found == [[at("over-aiomysql", "by_sqlalchemy_over_aiomysql")]] * 2
