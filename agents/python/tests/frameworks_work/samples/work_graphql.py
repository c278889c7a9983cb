"""The same small schema in Graphene, Strawberry and Ariadne, and in graphql-core alone, with resolvers on fields."""

import functools

import graphene
import strawberry
from ariadne import MutationType, ObjectType, QueryType, make_executable_schema
from graphql import build_schema


class GrapheneItem(graphene.ObjectType):
    name = graphene.String()

    def resolve_name(parent, info):
        return "tea"


class GrapheneQuery(graphene.ObjectType):
    hello = graphene.String(who=graphene.String())
    item = graphene.Field(GrapheneItem)
    version = graphene.String(default_value="1")

    def resolve_hello(root, info, who="you"):  # <- graphene_hello
        return who

    def resolve_item(root, info):  # <- graphene_item
        return GrapheneItem()


class Rename(graphene.Mutation):
    class Arguments:
        name = graphene.String()

    ok = graphene.Boolean()

    def mutate(root, info, name):  # <- graphene_mutate
        return Rename(ok=True)


class GrapheneMutation(graphene.ObjectType):
    rename = Rename.Field()


graphene_schema = graphene.Schema(query=GrapheneQuery, mutation=GrapheneMutation)


@strawberry.type
class Item:
    @strawberry.field
    def name(self) -> str:
        return "tea"


def resolve_outside() -> str:  # <- strawberry_outside
    return "out"


@strawberry.type
class Query:
    outside: str = strawberry.field(resolver=resolve_outside)

    @strawberry.field
    def hello(self, who: str = "you") -> str:  # <- strawberry_hello
        return who

    @strawberry.field
    async def later(self) -> str:  # <- strawberry_later
        return "later"

    @strawberry.field
    def item(self) -> Item:  # <- strawberry_item
        return Item()


@strawberry.type
class Mutation:
    @strawberry.mutation
    def rename(self, name: str) -> bool:  # <- strawberry_rename
        return True


strawberry_schema = strawberry.Schema(query=Query, mutation=Mutation)


def resolve_hello(root, info, who="you"):  # <- core_hello
    return who


core_schema = build_schema("type Query { hello(who: String): String, version: String }")
core_schema.query_type.fields["hello"].resolve = resolve_hello


ariadne_query, ariadne_item, ariadne_mutation = QueryType(), ObjectType("Item"), MutationType()


def audited(resolver):
    @functools.wraps(resolver)
    def inner(*args, **kwargs):
        return resolver(*args, **kwargs)

    return inner


@ariadne_query.field("hello")
def ariadne_hello(root, info, who="you"):  # <- ariadne_hello
    return who


@ariadne_query.field("later")
async def ariadne_later(root, info):  # <- ariadne_later
    return "later"


@ariadne_query.field("decorated")
@audited
def ariadne_decorated(root, info):  # <- ariadne_decorated
    return "decorated"


@ariadne_query.field("item")
def ariadne_an_item(root, info):  # <- ariadne_item
    return {}


@ariadne_item.field("name")
def ariadne_name(root, info):
    return "tea"


@ariadne_mutation.field("rename")
def ariadne_rename(root, info, name):  # <- ariadne_rename
    return True


ariadne_schema = make_executable_schema(
    """
    type Query { hello(who: String): String!  later: String!  decorated: String!  item: Item!  version: String }
    type Item { name: String! }
    type Mutation { rename(name: String!): Boolean! }
    """,
    [ariadne_query, ariadne_item, ariadne_mutation],
)
