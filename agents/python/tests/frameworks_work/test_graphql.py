"""Entry origins of GraphQL: the resolver of the first field, below the libraries' own views and real HTTP."""

import http.client
import json
import sysconfig
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import strawberry
import work_graphql as sample
import work_graphql_view as view
from ariadne.asgi import GraphQL as AriadneGraphQL
from ariadne.asgi.handlers import GraphQLHTTPHandler
from ariadne.contrib.tracing.opentelemetry import opentelemetry_extension
from entry_support import serving, serving_asgi
from graphql import graphql_sync
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware as WsgiMiddleware
from opentelemetry.trace import SpanKind
from strawberry.asgi import GraphQL
from strawberry.extensions.tracing import OpenTelemetryExtension
from work_support import origin_at, origin_of


@pytest.fixture(scope="module")
def strawberry_address(work):
    app = OpenTelemetryMiddleware(GraphQL(sample.strawberry_schema), tracer_provider=work.provider)
    with serving_asgi(app) as address:
        yield address


@pytest.fixture(scope="module", params=["plain", "traced"])
def ariadne_address(request, work):
    """Ariadne's own application, without and with its own tracing, which makes spans for operation and resolvers."""
    extension = opentelemetry_extension(tracer=work.provider.get_tracer("ariadne"))
    traced = {"http_handler": GraphQLHTTPHandler(extensions=[extension])}
    app = AriadneGraphQL(sample.ariadne_schema, **(traced if request.param == "traced" else {}))
    with serving_asgi(OpenTelemetryMiddleware(app, tracer_provider=work.provider)) as address:
        yield address


@pytest.fixture(scope="module")
def addresses(work):
    """For each library, a WSGI application that hands queries to it, as the libraries' own views do."""
    runs = {
        "graphene": lambda query: sample.graphene_schema.execute(query),
        "core": lambda query: graphql_sync(sample.core_schema, query),
    }
    with ExitStack() as stack:
        yield {
            library: stack.enter_context(serving(WsgiMiddleware(view_of_a_library(run), tracer_provider=work.provider)))
            for library, run in runs.items()
        }


def view_of_a_library(run):
    """A view that is not the user's, as far as its file name can tell."""
    code = compile(
        "def application(environ, start_response):\n"
        "    size = int(environ.get('CONTENT_LENGTH') or 0)\n"
        "    answer = run(json.loads(environ['wsgi.input'].read(size))['query'])\n"
        "    body = json.dumps({'data': answer.data, 'errors': [str(e) for e in answer.errors or ()]}).encode()\n"
        "    start_response('200 OK', [('Content-Type', 'application/json'), ('Content-Length', str(len(body)))])\n"
        "    return [body]\n",
        f"{sysconfig.get_path('purelib')}/somelibrary/views.py",
        "exec",
    )
    namespace = {"run": run, "json": json, "__name__": "somelibrary.views"}
    exec(code, namespace)
    return namespace["application"]


def query(address, text):
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/graphql", json.dumps({"query": text}), headers)
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    assert not answer.get("errors"), answer
    return answer["data"]


@pytest.mark.parametrize(
    ("text", "mark", "function"),
    [
        ("{ hello }", "strawberry_hello", "Query.hello"),
        ("{ later }", "strawberry_later", "Query.later"),
        ("{ outside }", "strawberry_outside", "resolve_outside"),
        ("{ item { name } }", "strawberry_item", "Query.item"),
        ("{ __typename item { name } }", "strawberry_item", "Query.item"),
        ('mutation { rename(name: "tea") }', "strawberry_rename", "Mutation.rename"),
    ],
)
def test_a_query_to_strawberry_names_the_first_resolver(work, strawberry_address, text, mark, function):
    assert query(strawberry_address, text)

    assert origin_of(work.only(SpanKind.SERVER)) == origin_at("work_graphql", mark, function)


@pytest.mark.parametrize(
    ("text", "mark", "function"),
    [
        ("{ hello }", "ariadne_hello", "ariadne_hello"),
        ("{ later }", "ariadne_later", "ariadne_later"),
        ("{ decorated }", "ariadne_decorated", "ariadne_decorated"),
        ("{ item { name } }", "ariadne_item", "ariadne_an_item"),
        ('mutation { rename(name: "tea") }', "ariadne_rename", "ariadne_rename"),
    ],
)
def test_a_query_to_ariadne_names_the_first_resolver(work, ariadne_address, text, mark, function):
    assert query(ariadne_address, text)

    roots = [span for span in work.of_kind(SpanKind.SERVER) if span.parent is None]
    assert [origin_of(span) for span in roots] == [origin_at("work_graphql", mark, function)]


def test_strawberrys_own_tracing_leaves_the_origin_on_the_request(work):
    schema = strawberry.Schema(
        query=sample.Query, extensions=[lambda: OpenTelemetryExtension(tracer_provider=work.provider)]
    )
    app = OpenTelemetryMiddleware(GraphQL(schema), tracer_provider=work.provider)
    with serving_asgi(app) as address:
        query(address, "{ hello }")

    roots = [span for span in work.of_kind(SpanKind.SERVER) if span.parent is None]
    assert [origin_of(span) for span in roots] == [origin_at("work_graphql", "strawberry_hello", "Query.hello")]


@pytest.mark.parametrize(
    ("library", "text", "mark", "function"),
    [
        ("graphene", "{ hello }", "graphene_hello", "GrapheneQuery.resolve_hello"),
        ("graphene", "{ item { name } }", "graphene_item", "GrapheneQuery.resolve_item"),
        ("graphene", 'mutation { rename(name: "tea") { ok } }', "graphene_mutate", "Rename.mutate"),
        ("core", "{ hello }", "core_hello", "resolve_hello"),
    ],
)
def test_a_query_names_the_first_resolver(work, addresses, library, text, mark, function):
    assert query(addresses[library], text)

    assert origin_of(work.only(SpanKind.SERVER)) == origin_at("work_graphql", mark, function)


def test_a_field_without_a_resolver_has_no_origin(work, strawberry_address):
    assert query(strawberry_address, "{ __typename }")

    assert origin_of(work.only(SpanKind.SERVER)) is None


def test_a_view_of_the_users_was_there_before_the_resolver(work):
    FlaskInstrumentor.instrument_app(view.app, tracer_provider=work.provider)
    with serving(view.app) as address:
        query(address, "{ hello }")
    FlaskInstrumentor.uninstrument_app(view.app)

    assert origin_of(work.only(SpanKind.SERVER)) == origin_at("work_graphql_view", "view", "graphql_view")
