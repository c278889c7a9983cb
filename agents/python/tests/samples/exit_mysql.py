"""A user's calls to MySQL through each of its clients. Marks name the lines that spans must point at."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


def by_cursor(connection):
    """PyMySQL, mysqlclient and mysql-connector are written to alike."""
    cursor = connection.cursor()
    cursor.execute("select 1")  # <- execute
    [[one]] = cursor.fetchall()
    cursor.executemany("select %s", [(2,)])  # <- executemany
    cursor.close()
    return one


class Stock:
    """Two user frames deep, over several lines."""

    def __init__(self, connection):
        self.connection = connection

    def count(self):
        return self._asked("select 3")  # <- stock-caller

    def _asked(self, statement):
        cursor = self.connection.cursor()
        # fmt: off
        (
            cursor
            .execute(  # <- stock
                statement,
            )
        )
        # fmt: on
        return cursor.fetchall()[0][0]


async def by_sqlalchemy_over_aiomysql(engine):
    async with AsyncSession(engine) as session:
        return (await session.execute(text("select 4"))).scalar()  # <- over-aiomysql
