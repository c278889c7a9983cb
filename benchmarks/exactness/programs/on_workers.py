"""Tasks of Celery, and resolvers of GraphQL: handlers that no request names by itself."""

import functools
import json

import strawberry
from celery import Celery, Task, shared_task
from driving import celery_worker, wsgi
from flask import Flask
from strawberry.flask.views import GraphQLView

tasks = Celery("shop")


def careful(function):
    @functools.wraps(function)
    def checked(*args, **kwargs):
        return function(*args, **kwargs)

    return checked


@tasks.task
def add(a, b):  # <- entry celery add: add
    return a + b


@tasks.task(bind=True)
def bound(self, a, b):  # <- entry celery bound: bound
    return a + b


@shared_task
def shared(a, b):  # <- entry celery shared: shared
    return a + b


@tasks.task
@careful
def wrapped(a, b):  # <- entry celery wrapped: wrapped
    return a + b


@tasks.task(autoretry_for=(KeyError,))
def retried(a, b):  # <- entry celery retried: retried
    return a + b


class Added(Task):
    name = "added"

    def run(self, a, b):  # <- entry celery added: Added.run
        return a + b


added = tasks.register_task(Added())


@tasks.task
def fails(a, b):  # <- entry celery fails: fails
    raise ValueError


@strawberry.type
class Query:
    @strawberry.field
    def price(self) -> int:  # <- entry graphql price: Query.price
        return 1

    @strawberry.field
    def total(self, count: int) -> int:  # <- entry graphql total(count=2): Query.total
        return count


app = Flask("graph")
app.add_url_rule("/graphql", view_func=GraphQLView.as_view("graphql", schema=strawberry.Schema(Query)))


_perform = celery_worker(tasks)


def _celery(name):
    _perform(globals()[name])


def _graphql(field):
    field = field.replace("=", ": ")  # a mark has no colon before its function
    wsgi(app)("POST", "/graphql", json.dumps({"query": f"{{ {field} }}"}).encode(), "application/json")


def visit(kind, name):
    {"celery": _celery, "graphql": _graphql}[kind](name)
