"""A user's calls to MongoDB, blocking and awaited. Marks name the lines that spans must point at."""


def by_collection(items):
    items.insert_one({"_id": 1, "name": "tea"})  # <- insert
    items.insert_many({"_id": number} for number in range(2, 30))  # <- insert-many
    found = items.find_one({"_id": 1})  # <- find-one
    items.delete_many({"_id": 29})  # <- delete
    return found["name"]


def by_cursor(items):
    cursor = items.find(batch_size=10)
    # The first round asks, and each tenth asks for more.
    return [item["_id"] for item in cursor]  # <- iterate


def by_pipeline(items):
    return list(items.aggregate([{"$match": {"_id": 1}}]))  # <- aggregate


async def by_collection_async(items):
    await items.insert_one({"_id": 1, "name": "tea"})  # <- async-insert
    return await found(items)  # <- async-found-caller


async def found(items):
    return (await items.find_one({"_id": 1}))["name"]  # <- async-found


async def by_cursor_async(items):
    return [item["_id"] async for item in items.find()]  # <- async-iterate
