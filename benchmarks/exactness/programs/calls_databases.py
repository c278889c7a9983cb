"""Calls of databases and brokers. `at` knows where they are."""

import asyncio
import sqlite3

import redis
import redis.asyncio
from celery import Celery
from sqlalchemy import Integer, String, create_engine, select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.pool import StaticPool

engine = create_engine("sqlite://", poolclass=StaticPool)
# aiosqlite asks in a thread of its own, where sqlite3's instrumentation makes a span beside SQLAlchemy's.
async_engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
tasks = Celery("calls", broker="memory://")


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    id = mapped_column(Integer, primary_key=True)
    name = mapped_column(String)


Base.metadata.create_all(engine)


def by_sqlite3(at):
    connection = sqlite3.connect(":memory:")
    cursor = connection.cursor()
    cursor.execute("select 1")  # <- exit by_sqlite3: by_sqlite3
    cursor.close()
    connection.close()


def by_sqlite3_many(at):
    connection = sqlite3.connect(":memory:")
    cursor = connection.cursor()
    cursor.execute("create table item (name)")  # <- exit by_sqlite3_many: by_sqlite3_many
    cursor.executemany("insert into item values (?)", [("tea",)])  # <- exit by_sqlite3_many: by_sqlite3_many
    cursor.close()
    connection.close()


def by_core(at):
    with engine.connect() as connection:
        connection.execute(text("select 1"))  # <- exit by_core: by_core


# fmt: off
def by_core_chained(at):
    with engine.connect() as connection:
        return (
            connection
            .execute(  # <- exit by_core_chained: by_core_chained
                text("select 1")
            )
            .scalar()
        )
# fmt: on


def by_flush(at):
    with Session(engine) as session:
        session.add(Item(name="tea"))
        session.flush()  # <- exit by_flush: by_flush


def by_iteration(at):
    with Session(engine) as session:
        for _ in session.scalars(select(Item)):  # <- exit by_iteration: by_iteration
            pass


def by_query(at):
    with Session(engine) as session:
        query = session.query(Item).filter(Item.id > 0)
        query.all()  # <- exit by_query: by_query


class Shelf:
    def __init__(self, session):
        self.session = session

    @property
    def first(self):
        return self.session.get(Item, 1)  # <- exit by_a_property: Shelf.first


def by_a_property(at):
    with Session(engine) as session:
        return Shelf(session).first


async def by_sqlalchemy_asyncio(at):
    async with AsyncSession(async_engine) as session:
        # behind a greenlet of SQLAlchemy's
        await session.execute(text("select 2"))  # <- exit by_sqlalchemy_asyncio beside none: by_sqlalchemy_asyncio


async def by_session(at):
    async def count(session):
        return await session.scalar(text("select 3"))  # <- exit by_session beside none: by_session.<locals>.count

    async with AsyncSession(async_engine) as session:
        return await count(session)


def _inside(session):
    session.execute(text("select 4"))  # <- exit by_run_sync beside none: _inside


async def by_run_sync(at):
    async with AsyncSession(async_engine) as session:
        await session.run_sync(_inside)


async def by_gathered(at):
    async def ask():
        async with async_engine.connect() as connection:
            await connection.execute(text("select 5"))  # <- exit by_gathered beside none: by_gathered.<locals>.ask

    await asyncio.gather(ask(), ask())


def by_redis(at):
    at.redis().set("k", "v")  # <- exit by_redis: by_redis


def by_redis_pipeline(at):
    pipeline = at.redis().pipeline()
    pipeline.get("k")
    pipeline.get("k")
    return pipeline.execute()  # <- exit by_redis_pipeline: by_redis_pipeline


async def by_redis_asyncio(at):
    client = redis.asyncio.Redis(port=at.redis_port)
    await client.get("k")  # <- exit by_redis_asyncio: by_redis_asyncio
    await client.aclose()


@tasks.task(name="later")
def later():
    pass


def by_celery(at):
    later.delay()  # <- exit by_celery: by_celery


def by_celery_apply_async(at):
    later.apply_async((), countdown=1)  # <- exit by_celery_apply_async: by_celery_apply_async


def by_celery_send(at):
    tasks.send_task("later")  # <- exit by_celery_send: by_celery_send
