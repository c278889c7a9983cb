"""Compare what a walker in C sees with what sys._getframe sees, before the walker is trusted.

Called by `compiled` once a process. The stacks have the shapes whose frames interpreters keep in different ways: plain
calls, generators, coroutines, comprehensions, class bodies, Python below C below Python, and one long enough to leave
the piece of memory that frames are first put into. Takes about a millisecond. Decision 0070.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Coroutine, Generator
from types import CodeType, FrameType
from typing import Any, Final

Stack = list[tuple[CodeType, int]]
Read = Callable[[], Stack]
_DEEP: Final = 300


def differing_shape(read: Read) -> str | None:
    """The first shape of stack that `read` and sys._getframe disagree on, in words; None when they always agree."""
    for shape in (_nested, _comprehension, _generator, _coroutine, _class_body, _below_c, _deep):
        if not shape(functools.partial(_agrees, read)):
            return shape.__name__.strip("_").replace("_", " ")
    return None


def _agrees(read: Read) -> bool:
    # Only outer frames stand still between the two looks; this frame is at another instruction in each.
    seen = read()
    expected: Stack = []
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        expected.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    # By identity: == on code objects ignores their file.
    return len(seen) == len(expected) and all(
        code is other and (offset == other_offset or index == 0)
        for index, ((code, offset), (other, other_offset)) in enumerate(zip(seen, expected, strict=True))
    )


_Check = Callable[[], bool]


def _nested(agrees: _Check) -> bool:
    def outer() -> bool:
        def inner() -> bool:
            return agrees()

        return inner()

    return outer()


def _comprehension(agrees: _Check) -> bool:
    return all([agrees() for _ in range(2)]) and all({n: agrees() for n in range(2)}.values())  # noqa: C419


def _generator(agrees: _Check) -> bool:
    def pulled() -> Generator[bool, bool, bool]:
        again = yield agrees()
        yield again and agrees()
        return agrees()

    def delegating() -> Generator[bool, bool, None]:
        result = yield from pulled()
        yield result

    running = delegating()
    return next(running) and running.send(True) and next(running)


def _coroutine(agrees: _Check) -> bool:
    async def awaited() -> bool:
        return agrees()

    async def awaiting() -> bool:
        return await awaited() and agrees()

    return bool(_result(awaiting()))


def _result(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine that waits for nothing returns."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    return None


def _class_body(agrees: _Check) -> bool:
    class Body:
        seen = agrees()

    return Body.seen


def _below_c(agrees: _Check) -> bool:
    def key(_: object) -> bool:
        return agrees()

    called = functools.partial(key, 0)
    return all(sorted([key(1), called()], key=key)) and all(map(key, (1, 2)))


def _deep(agrees: _Check) -> bool:
    def descend(left: int) -> bool:
        return descend(left - 1) if left else agrees()

    # A program may be near its recursion limit when it installs us.
    try:
        return descend(_DEEP)
    except RecursionError:
        return True
