import sqlite3

with sqlite3.connect(":memory:") as connection:
    connection.cursor().execute("select 1")  # <- call
