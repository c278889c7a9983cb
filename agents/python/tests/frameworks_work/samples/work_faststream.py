"""FastStream's subscribers, and the line that publishes."""

import functools

from faststream import Depends
from faststream.redis import RedisBroker, RedisRouter

router = RedisRouter()


def audited(handler):
    @functools.wraps(handler)
    async def inner(*args, **kwargs):
        return await handler(*args, **kwargs)

    return inner


def shelf():
    return "shelf"


@router.subscriber(list="coroutine")
async def coroutine(number: int):  # <- coroutine
    assert number == 1


@router.subscriber(list="function")
def function(number: int):  # <- function
    assert number == 1


@router.subscriber(list="decorated")
@audited
async def decorated(number: int):  # <- decorated
    assert number == 1


@router.subscriber("dependent")
async def dependent(number: int, place: str = Depends(shelf)):  # <- dependent
    assert place == "shelf"


async def publish(broker: RedisBroker, name: str):
    if name == "dependent":
        await broker.publish(1, channel=name)  # <- channel
    else:
        await broker.publish(1, list=name)  # <- list
