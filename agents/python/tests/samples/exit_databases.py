"""A user's calls to databases. Marks name the lines that spans must point at."""

import sqlite3

import psycopg
import redis
from sqlalchemy import Column, Integer, String, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Session


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    id = Column(Integer, primary_key=True)
    name = Column(String)


def by_sqlite3():
    connection = sqlite3.connect(":memory:")
    cursor = connection.cursor()
    cursor.execute("select 1")  # <- sqlite3
    connection.close()


def by_sqlalchemy_core(engine):
    with engine.connect() as connection:
        return connection.execute(text("select 1")).scalar()  # <- sqlalchemy-core


def by_sqlalchemy_orm(engine):
    with Session(engine) as session:
        session.add(Item(name="tea"))
        session.commit()  # <- sqlalchemy-flush
        return [item.name for item in session.scalars(select(Item))]  # <- sqlalchemy-iterate


async def by_sqlalchemy_async(engine):
    async with AsyncSession(engine) as session:
        return await count(session)  # <- sqlalchemy-async-caller


async def count(session):
    answer = await session.execute(text("select 7"))  # <- sqlalchemy-async
    return answer.scalar()


async def by_sqlalchemy_run_sync(engine):
    async with AsyncSession(engine) as session:
        return await session.run_sync(inside)  # <- run-sync-caller


def inside(session):
    return session.execute(text("select 8")).scalar()  # <- run-sync


def by_psycopg(address):
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("select 1")  # <- psycopg
        return cursor.fetchone()


async def by_psycopg_async(address):
    connection = await psycopg.AsyncConnection.connect(address)
    async with connection, connection.cursor() as cursor:
        await cursor.execute("select 2")  # <- psycopg-async
        return await cursor.fetchone()


def by_redis(port):
    client = redis.Redis(port=port)
    client.set("k", "v")  # <- redis-set
    pipeline = client.pipeline()
    pipeline.get("k")
    return pipeline.execute()  # <- redis-pipeline


async def by_redis_async(port):
    client = redis.asyncio.Redis(port=port)
    answer = await client.get("k")  # <- redis-async
    await client.aclose()
    return answer
