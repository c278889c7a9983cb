"""A user's calls of gRPC services, blocking and awaited. Marks name the lines that spans must point at."""

import asyncio


def unary(channel):
    return channel.unary_unary("/shop.Shop/Pay")(b"a")  # <- unary


def future(channel):
    asked = channel.unary_unary("/shop.Shop/Pay").future(b"a")  # <- future
    return asked.result()


def streamed(channel):
    return list(channel.unary_stream("/shop.Shop/List")(b"a"))  # <- streamed


def collected(channel):
    return channel.stream_unary("/shop.Shop/Collect")(iter([b"a", b"b"]))  # <- collected


class Client:
    """As generated code is used: the stub holds the methods."""

    def __init__(self, channel):
        self.pay = channel.unary_unary("/shop.Shop/Pay")

    def order(self):
        # fmt: off
        return (
            self
            .pay(  # <- stub
                b"a",
                timeout=10,
            )
        )
        # fmt: on


async def unary_awaited(channel):
    return await channel.unary_unary("/shop.Shop/Pay")(b"a")  # <- aio-unary


async def awaited_through(channel):
    return await unary_awaited(channel)  # <- aio-unary-caller


async def streamed_awaited(channel):
    return [part async for part in channel.unary_stream("/shop.Shop/List")(b"a")]


async def gathered(channel):
    method = channel.unary_unary("/shop.Shop/Pay")
    return await asyncio.gather(method(b"a"), method(b"b"))


async def called_first_awaited_later(channel):
    call = channel.unary_unary("/shop.Shop/Pay")(b"a")
    await asyncio.sleep(0.05)
    return await call
