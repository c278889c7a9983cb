"""A view of the user's own that hands a query to Graphene."""

import work_graphql
from flask import Flask, request

app = Flask(__name__)


@app.post("/graphql")
def graphql_view():  # <- view
    return {"data": work_graphql.graphene_schema.execute(request.json["query"]).data}
