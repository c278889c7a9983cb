"""Find the user's line that awaits the running task, where the task's own stack holds no frame of the user's.

Asked by `origin.processor` when a walk ended at an event loop: a library's coroutine is the root of the task, as in
`await asyncio.gather(client.get(a), client.get(b))`. The task itself knows who waits for it, so nothing is carried
along and nothing is paid before. A task that is not awaited, or whose waiter is not the user's own line, stays without
an origin. Decision 0100.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from types import (
    BuiltinMethodType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    GetSetDescriptorType,
    MethodDescriptorType,
    ModuleType,
)
from typing import Any, Final

from spanorigin.model import Attributes, ExitOrigin
from spanorigin.origin.walk import Rules
from spanorigin.origin.walk.chains import Chains
from spanorigin.origin.walk.places import BORDER, OWN, Sorter, origin_of
from spanorigin.source import Sources

TASK: Final = "task"
# A future of `gather` within one of `shield` within one of `wait_for`: more between a task and its waiter is no call.
_FUTURES_BETWEEN: Final = 8
_TASKS_BETWEEN: Final = 8
_AWAITS_LIMIT: Final = 2000
# Names that functions in asyncio/tasks.py give to the future that stands for many, and is awaited instead of them.
_STANDS_FOR_THEM: Final = frozenset({"outer", "waiter"})
_KINDS_KEPT: Final = 10_000


class Waiting:
    """Finds the user's frames that await the running task. One for all threads; a task is only looked at in its own."""

    def __init__(self, sources: Sources, rules: Rules) -> None:
        self._sources = sources
        self._rules = rules
        self._sort = Sorter(sources, rules.borders).kind
        self._kinds: dict[str, int] = {}
        self._chains = Chains()
        self._asyncio: _Asyncio | None = None

    def asked(self, start: FrameType) -> Attributes | None:
        """What awaits the task that `start` runs in, ready to attach; None where that is not a line of the user's.

        Every frame from `start` to the task's coroutine has to be other people's: a server, a pool or a dispatcher
        between them asked by itself. Holds no frame after it returns.
        """
        known = self._asyncio or self._meet_asyncio()
        task = known.running_task() if known is not None else None
        if known is None or task is None or not self._leads_to(known, task, start):
            return None
        frames = self._users_frames(known.awaiting_frames(task, self._is_a_handle))
        return self._prepared(frames) if frames else None

    def _meet_asyncio(self) -> _Asyncio | None:
        """asyncio is met, never imported; None where its tasks are of another make than the interpreter's own."""
        module = sys.modules.get("asyncio")
        if type(module) is ModuleType and _Asyncio.is_known(module):
            self._asyncio = _Asyncio(module)
        return self._asyncio

    def _kind(self, name: str) -> int:
        kind = self._kinds.get(name)
        if kind is None:
            if len(self._kinds) >= _KINDS_KEPT:
                self._kinds.clear()
            kind = self._kinds[name] = self._sort(name)
        return kind

    def _leads_to(self, known: _Asyncio, task: Any, start: FrameType) -> bool:
        """Whether nothing but other people's code lies between `start` and the step of the task: the frame of its
        coroutine or, where a library made that of another kind, the frame in which the loop runs the step."""
        root, _ = _frame_and_awaited(known.coroutine(task))
        frame: FrameType | None = start
        for _ in range(self._rules.depth_limit):
            if frame is None:
                return False
            name = frame.f_code.co_filename
            kind = self._kind(name)
            if kind == BORDER:
                return name == known.events_file
            if kind == OWN:
                return False
            if frame is root:
                return True
            frame = frame.f_back
        return False

    def _is_a_handle(self, frame: FrameType) -> bool:
        """Whether this is somebody's call object being awaited, as gRPC gives one: it awaits for whoever awaits it."""
        code = frame.f_code
        return code.co_name == "__await__" and self._kind(code.co_filename) not in (OWN, BORDER)

    def _users_frames(self, awaiting: list[FrameType]) -> list[FrameType]:
        """The user's among frames that await each other, innermost first. Nobody else's may come before: a library that
        awaits its own task serves somebody, and who that is cannot be seen from here.
        """
        found: list[FrameType] = []
        reach = 0
        for frame in awaiting:
            kind = self._kind(frame.f_code.co_filename)
            if kind == OWN:
                found.append(frame)
                reach = self._rules.frame_gap
            elif kind == BORDER or not reach:
                break
            else:
                reach -= 1
            if len(found) == self._rules.max_frames:
                break
        return found

    def _prepared(self, frames: list[FrameType]) -> Attributes:
        key = tuple(part for frame in frames for part in (id(frame.f_code), frame.f_lasti))
        if not self._chains.sweep():
            return self._prepare(frames)
        known = self._chains.table.get(key)
        if known is None:
            known = self._prepare(frames)
            self._chains.keep(key, [frame.f_code for frame in frames], known)
        return known

    def _prepare(self, frames: list[FrameType]) -> Attributes:
        return self._rules.prepare(ExitOrigin(origin_of(frames, self._sources).frames, inherited=TASK))


class _Asyncio:
    """What we read of asyncio, through the C types' own slots, so that no subclass's code runs."""

    def __init__(self, module: ModuleType) -> None:
        self._folder = os.path.dirname(module.__file__ or "") + os.sep  # noqa: PTH120 - compared with co_filename
        self.events_file = f"{self._folder}events.py"
        future, task = module.Future, module.Task
        self._future, self._task = future, task
        self._running_loop = module._get_running_loop
        self._current_task = module.current_task
        self._callbacks = future.__dict__["_callbacks"].__get__
        self._awaits = task.__dict__["_fut_waiter"].__get__
        self._await_future = future.__await__
        self.coroutine = task.__dict__["get_coro"]

    @staticmethod
    def is_known(module: ModuleType) -> bool:
        """Whether futures and tasks are the interpreter's own, in the layout that all of 3.10 to 3.13 have."""
        future, task = getattr(module, "Future", None), getattr(module, "Task", None)
        return (
            isinstance(future, type)
            and isinstance(task, type)
            and hasattr(module, "_get_running_loop")
            and hasattr(module, "current_task")
            and type(future.__dict__.get("_callbacks")) is GetSetDescriptorType
            and type(task.__dict__.get("_fut_waiter")) is GetSetDescriptorType
            and type(task.__dict__.get("get_coro")) is MethodDescriptorType
        )

    def running_task(self) -> Any | None:
        """The task that runs in this thread, or None."""
        loop = self._running_loop()
        task = self._current_task(loop) if loop is not None else None
        return task if task is not None and issubclass(type(task), self._task) else None

    def awaiting_frames(self, task: Any, is_a_handle: Callable[[FrameType], bool]) -> list[FrameType]:
        """The frames that await `task`, innermost first, without asyncio's own and those of handles before the first of
        somebody's; none when it is not awaited, when two tasks do, or when not all between can be seen.
        """
        for _ in range(_TASKS_BETWEEN):
            waiters = self._waiters(task)
            if len(waiters) != 1:
                return []
            [task] = waiters
            frames = self._suspended_frames(task)
            for number, frame in enumerate(frames):
                if not frame.f_code.co_filename.startswith(self._folder) and not is_a_handle(frame):
                    return frames[number:]
            # A task that runs nothing but such code, as `gather` makes of `wait_for`: who awaits that one?
        return []

    def _suspended_frames(self, task: Any) -> list[FrameType]:
        """The frames of a suspended task, innermost first; none when what it awaits cannot be seen to be a future."""
        frames: list[FrameType] = []
        awaited = self.coroutine(task)
        for _ in range(_AWAITS_LIMIT):
            frame, following = _frame_and_awaited(awaited)
            if frame is None:
                break
            frames.append(frame)
            awaited = following
        if type(awaited) is not type(self._await_future(task)):
            return []
        frames.reverse()
        return frames

    def _waiters(self, task: Any) -> list[Any]:
        """The tasks that await `task` at this moment: itself, or a future of asyncio's that stands for it."""
        found: list[Any] = []
        futures = [task]
        for future in futures:
            if len(futures) > _FUTURES_BETWEEN:
                return []
            for callback, _ in self._callbacks(future) or ():
                kind = type(callback)
                owner = callback.__self__ if kind is BuiltinMethodType else None
                if owner is not None and issubclass(type(owner), self._task):
                    if self._awaits(owner) is future:
                        found.append(owner)
                    continue
                futures += [
                    other for other in self._stand_ins(callback, kind) if all(other is not each for each in futures)
                ]
        return found

    def _stand_ins(self, callback: Any, kind: type) -> Iterator[Any]:
        """The futures that get their result by a callback of `gather`, `shield`, `wait` or (before 3.12) `wait_for`."""
        if kind is functools.partial:
            if self._is_asyncios(callback.func):
                yield from (each for each in callback.args if issubclass(type(each), self._future))
        elif self._is_asyncios(callback):
            for name, cell in zip(callback.__code__.co_freevars, callback.__closure__ or (), strict=False):
                if name in _STANDS_FOR_THEM:
                    try:
                        held = cell.cell_contents
                    except ValueError:  # not filled yet
                        continue
                    if issubclass(type(held), self._future):
                        yield held

    def _is_asyncios(self, function: Any) -> bool:
        return type(function) is FunctionType and function.__code__.co_filename.startswith(self._folder)


def _frame_and_awaited(awaitable: object) -> tuple[FrameType | None, object]:
    """The frame of a coroutine and what it awaits. Generators too: before 3.12 asyncio runs an awaitable by one."""
    if type(awaitable) is CoroutineType:
        return awaitable.cr_frame, awaitable.cr_await
    if type(awaitable) is GeneratorType:
        return awaitable.gi_frame, awaitable.gi_yieldfrom
    return None, None
