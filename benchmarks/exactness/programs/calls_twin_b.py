"""A function that is equal to one of the other twin's, but for its file."""

from calls_shapes import ONE, connection


def ask(connection, what):
    connection.execute(what)  # <- exit twin: ask


def twin(at):
    ask(connection, ONE)
