"""A user's calls to Elasticsearch and OpenSearch. Marks name the lines that spans must point at."""


def by_client(client):
    """Both clients are written to alike."""
    client.index(index="shop", id="1", body={"name": "tea"})  # <- index
    return client.search(index="shop", body={"query": {"match_all": {}}})["hits"]["hits"]  # <- search


async def by_async_client(client):
    answer = await client.search(index="shop", body={"query": {"match_all": {}}})  # <- async-search
    return answer["hits"]["hits"]
