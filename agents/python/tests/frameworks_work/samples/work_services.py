"""Lines that ask services over HTTP by their own client libraries."""

QUESTION = [{"role": "user", "content": "what?"}]


def ask_openai(client):
    return client.chat.completions.create(model="tea", messages=QUESTION)  # <- openai


async def ask_openai_later(client):
    return await client.chat.completions.create(model="tea", messages=QUESTION)  # <- openai_later


def stream_openai(client):
    stream = client.chat.completions.create(model="tea", messages=QUESTION, stream=True)  # <- openai_stream
    return [part for part in stream]  # noqa: C416 - read as a user reads it


def ask_anthropic(client):
    return client.messages.create(model="tea", max_tokens=9, messages=QUESTION)  # <- anthropic


async def ask_anthropic_later(client):
    return await client.messages.create(model="tea", max_tokens=9, messages=QUESTION)  # <- anthropic_later
