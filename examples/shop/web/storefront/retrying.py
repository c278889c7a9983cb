"""Try a flaky call again before giving up."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def retry(times: int, on: type[Exception], pause_s: float = 0.05):
    """Call again after a pause, up to `times` calls in all, while the call fails with `on`."""

    def decorate(call: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @functools.wraps(call)
        async def attempt(*args: P.args, **kwargs: P.kwargs) -> T:
            for calls_left in reversed(range(times)):
                try:
                    return await call(*args, **kwargs)
                except on:
                    if calls_left == 0:
                        raise
                    await asyncio.sleep(pause_s)
            raise ValueError("times must be 1 or more")

        return attempt

    return decorate
