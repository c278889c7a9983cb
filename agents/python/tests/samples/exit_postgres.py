"""A user's calls to PostgreSQL through asyncpg and psycopg2. Marks name the lines that spans must point at."""

import asyncpg
import psycopg2
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def by_asyncpg(address):
    connection = await asyncpg.connect(address)
    await connection.execute("create temporary table item (name text)")  # <- asyncpg-execute
    await connection.executemany("insert into item values ($1)", [("tea",)])  # <- asyncpg-many
    rows = await connection.fetch("select name from item")  # <- asyncpg-fetch
    count = await connection.fetchval("select count(*) from item")  # <- asyncpg-value
    await connection.close()
    return [row["name"] for row in rows] * count


async def by_asyncpg_pool(address):
    async with asyncpg.create_pool(address, min_size=1, max_size=1) as pool:
        return await first_of(pool)  # <- asyncpg-pool-caller


async def first_of(pool):
    return await pool.fetchval("select 3")  # <- asyncpg-pool


async def by_asyncpg_cursor(address):
    connection = await asyncpg.connect(address)
    async with connection.transaction():
        found = [row async for row in connection.cursor("select 4")]  # <- asyncpg-cursor
    await connection.close()
    return found


async def by_sqlalchemy_over_asyncpg(engine):
    async with AsyncSession(engine) as session:
        return (await session.execute(text("select 5"))).scalar()  # <- over-asyncpg


def by_psycopg2(address):
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("select 6")  # <- psycopg2
        return cursor.fetchone()[0]
