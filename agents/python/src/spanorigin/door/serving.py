"""Answer `spanorigin doctor PID` and `spanorigin capture` from inside a running process.

Opened by `agent`, which hands over the function that answers. A Unix socket that no other user can reach, and a thread
that sleeps in accept(): no port, no signal, no look at a clock or a file while nobody asks. The thread is gone whenever
the process forks. Nothing here is replaced by gevent or eventlet, which would make greenlets of it: the socket and the
thread are the interpreter's own. Decision 0141.
"""

from __future__ import annotations

import _thread
import atexit
import contextlib
import os
import signal
import struct
import sys
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from types import BuiltinFunctionType
from typing import Any, ClassVar, Final

from spanorigin.door.places import Raw, clear_away, door_in, folders, why_unfit
from spanorigin.model import Verdict

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]
OnFailure = Callable[[Exception], None]

OPENS_AFTER_SECONDS: Final = 1.0
"""A program that is over by then leaves no file; nor does a child that forks to become another program."""
REQUEST_LIMIT_BYTES: Final = 65_536
ASKER_SECONDS: Final = 2.0
"""How long one asker may keep the next one waiting."""
# Ten answers a second are more than people ask for, and about a hundredth of a core.
_PAUSE_SECONDS: Final = 0.1
_STOP_SECONDS: Final = 0.2
_YIELDS: Final = 1000
_CREDENTIALS: Final = struct.Struct("3i")  # pid, uid, gid: Linux's struct ucred


class Door:
    """One for the process. Raises nothing; what goes wrong shows in `verdict`, and in what `on_failure` gets."""

    def __init__(
        self,
        setting: str,
        answer: Answer,
        on_failure: OnFailure,
        *,
        opens_after: float = OPENS_AFTER_SECONDS,
    ) -> None:
        """`setting` is SPANORIGIN_DOOR: `on`, `off` or a folder."""
        self.verdict = Verdict(False, "not opened yet")
        """Whether the door is open, and where, or why not."""
        self._folders = None if setting in ("on", "off") else [Path(setting)]
        self._is_wanted = setting != "off"
        self._answer = answer
        self._on_failure = on_failure
        self._opens_after = opens_after
        self._path: Path | None = None
        self._thread_id = 0
        self._mine: Any = None
        """Our end of a pair of sockets. The thread has the other, and ends when ours is closed."""

    def open(self) -> None:
        """Start to answer, a moment from now."""
        if not self._is_wanted:
            self.verdict = Verdict(False, "SPANORIGIN_DOOR says off")
            return
        start = _thread_starter()
        if start is None or not _has_unix_sockets():
            self.verdict = Verdict(False, "this system has no Unix sockets, or no threads, that could be used")
            return
        _Forks.mind(self)
        self._start(start)

    def close(self) -> None:
        """Stop answering for good. Nothing is left in the file system."""
        self._is_wanted = False
        self._stop()
        self.verdict = Verdict(False, "closed")

    def _start(self, start: Callable[..., Any]) -> None:
        import _socket

        try:
            mine, theirs = _socket.socketpair()
            try:
                start(self._run, (theirs,))
            except RuntimeError:
                mine.close()
                theirs.close()
                raise
            self._mine = mine
        except (OSError, RuntimeError) as error:  # no more files or threads for this process
            self.verdict = Verdict(False, f"it could not be opened: {error}")

    def _stop(self) -> None:
        """End the thread, and wait for it a moment: it must not be half-way through anything when a process forks."""
        import _socket

        mine, self._mine = self._mine, None
        if mine is None:
            return
        try:
            mine.shutdown(_socket.SHUT_WR)  # ends the wait before the door opens
            if self._path is not None:
                with Raw(_socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)) as knock:  # ends accept()
                    knock.settimeout(_STOP_SECONDS)
                    knock.connect(str(self._path))
            mine.settimeout(_STOP_SECONDS)
            mine.recv(1)  # until the thread closes its end
            self._wait_for_the_kernel()
        except OSError:
            pass  # it has ended by itself, or is busy and will end when it comes to look
        mine.close()

    def _wait_for_the_kernel(self) -> None:
        """The thread has done its last in Python; until the kernel has put it away, os.fork() would warn of it."""
        task = f"/proc/self/task/{self._thread_id}"
        for _ in range(_YIELDS):
            if not os.path.exists(task):  # noqa: PTH110 - a Path would be a tenth of all this
                return
            os.sched_yield()

    def restart(self) -> None:
        """After a fork, in the parent and in the child."""
        start = _thread_starter()
        if self._is_wanted and start is not None:
            self.verdict = Verdict(False, "not opened yet")
            self._start(start)

    def stop_for_fork(self) -> None:
        """Before a fork."""
        self._stop()

    def remove(self) -> None:
        """At the end of the process: leave no file."""
        if self._path is not None and self._path.stem == str(os.getpid()):
            self._path.unlink(missing_ok=True)

    def _run(self, theirs: Any) -> None:
        """The thread."""
        with Raw(theirs):
            try:
                self._thread_id = _thread.get_native_id()
                _leave_signals_alone()
                if not _was_closed(theirs, self._opens_after):
                    self._serve(theirs)
            except Exception as error:
                # While the interpreter ends, modules may be gone; otherwise `doctor` finds no door, and why is told.
                self.verdict = Verdict(False, f"it could not be opened: {type(error).__name__}: {error}")

    def _serve(self, theirs: Any) -> None:
        listening, path = self._listening()
        ours = path.lstat().st_ino
        with Raw(listening):
            # Known before we look whether to stop: whoever stops us asks for it after it has told us to.
            self._path = path
            self.verdict = Verdict(True, f"answers at {path}")
            try:
                while not _was_closed(theirs, 0):
                    self._answer_one(listening, theirs)
                    if _was_closed(theirs, _PAUSE_SECONDS):
                        return
            finally:
                # A later thread of ours may have opened the door again, if this one was busy while the process forked.
                if path.exists() and path.lstat().st_ino == ours:
                    self._path = None
                    path.unlink(missing_ok=True)

    def _answer_one(self, listening: Any, theirs: Any) -> None:
        try:
            number, _ = listening._accept()
        except OSError:
            return  # the asker has gone, or the process has no file to spare at this moment
        with Raw(_connected(number)) as asker:
            if not _was_closed(theirs, 0):
                self._talk(asker)

    def _listening(self) -> tuple[Any, Path]:
        import _socket

        why_not = "there is no folder for it"
        for folder in self._folders or folders():
            reason = why_unfit(folder)
            if reason is not None:
                why_not = f"{folder} {reason}"
                continue
            path = door_in(folder, os.getpid())
            # A file of this name is from a process that is gone: ours has no other door.
            path.unlink(missing_ok=True)
            clear_away(folder)
            listening = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
            listening.bind(str(path))
            path.chmod(0o600)
            listening.listen(4)
            return listening, path
        raise OSError(why_not)

    def _talk(self, asker: Any) -> None:
        """Read one line of JSON, answer with one."""
        import json

        try:
            asker.settimeout(ASKER_SECONDS)
            line = _line(asker) if _is_allowed(asker) else b""
            if not line:
                return
            said = json.loads(line)
        except (OSError, ValueError, RecursionError):
            return  # the asker went away, is too slow, or speaks another language
        try:
            told = json.dumps(self._answer(said)).encode() + b"\n"
        except Exception as error:
            self._on_failure(error)
            return
        with contextlib.suppress(OSError):  # the asker has gone
            _send(asker, told)


class _Forks:
    """Tells the process's doors of forks. Registered once: the interpreter has no way to take a hook away."""

    doors: ClassVar[weakref.WeakSet[Door]] = weakref.WeakSet()
    is_registered = False

    @classmethod
    def mind(cls, door: Door) -> None:
        cls.doors.add(door)
        if cls.is_registered:
            return
        cls.is_registered = True
        atexit.register(cls.each, "remove")
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=lambda: cls.each("stop_for_fork"),
                after_in_parent=lambda: cls.each("restart"),
                after_in_child=lambda: cls.each("restart"),
            )

    @classmethod
    def each(cls, what: str) -> None:
        for door in list(cls.doors):
            getattr(door, what)()


def _thread_starter() -> Callable[..., Any] | None:
    """The interpreter's own way to start a thread; None where it is hidden."""
    start: Any = _thread.start_new_thread
    if type(start) is BuiltinFunctionType:
        return start
    try:
        gevent = sys.modules.get("gevent.monkey")
        if gevent is not None and gevent.is_object_patched("_thread", "start_new_thread"):
            start = gevent.get_original("_thread", "start_new_thread")
        elif "eventlet.patcher" in sys.modules:
            start = sys.modules["eventlet.patcher"].original("_thread").start_new_thread
    except Exception:
        return None
    return start if type(start) is BuiltinFunctionType else None


def _has_unix_sockets() -> bool:
    try:
        import _socket
    except ImportError:
        return False
    return hasattr(_socket, "AF_UNIX") and hasattr(os, "geteuid")


def _connected(number: int) -> Any:
    import _socket

    return _socket.socket(fileno=number)


def _leave_signals_alone() -> None:
    """Signals are for the program's own threads: one that is blocked in a call would not notice what we were told."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def _send(asker: Any, told: bytes) -> None:
    """Without a SIGPIPE when the asker has gone: it would end a program that has asked for the system's default."""
    import _socket

    if hasattr(_socket, "SO_NOSIGPIPE"):
        asker.setsockopt(_socket.SOL_SOCKET, _socket.SO_NOSIGPIPE, 1)
    asker.sendall(told, getattr(_socket, "MSG_NOSIGNAL", 0))


def _was_closed(theirs: Any, within: float) -> bool:
    """Whether the other end closes within so many seconds. Sleeps until then."""
    try:
        theirs.settimeout(within)
        theirs.recv(1)
    except (BlockingIOError, TimeoutError):
        return False
    except OSError:
        return True
    return True


def _line(asker: Any) -> bytes:
    """Up to the first line feed; nothing when the line is too long."""
    read = b""
    while b"\n" not in read and len(read) <= REQUEST_LIMIT_BYTES:
        piece = asker.recv(4096)
        if not piece:
            break
        read += piece
    return read if len(read) <= REQUEST_LIMIT_BYTES else b""


def _is_allowed(asker: Any) -> bool:
    """Whether the asker is this user or root. The folder keeps others out already; this would show a hole in it."""
    import _socket

    option = getattr(_socket, "SO_PEERCRED", None)
    if option is None:
        return True
    _, user, _ = _CREDENTIALS.unpack(asker.getsockopt(_socket.SOL_SOCKET, option, _CREDENTIALS.size))
    return user in (os.geteuid(), 0)
