"""The same small schema in Graphene, in Strawberry and in graphql-core alone, where resolvers are put on fields."""

import graphene
import strawberry
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
