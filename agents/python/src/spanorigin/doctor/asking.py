"""Find the processes that answer, and ask one.

Used by `command`. The other side is `spanorigin.door` and `spanorigin.report`, perhaps of another release.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from spanorigin.door import places
from spanorigin.model import UserError

PROTOCOL: Final = 1
_SECONDS: Final = 5.0
"""For an answer. A busy process may hold its interpreter's lock for a while."""
_PIECES: Final = 1000
"""Read of an answer at most: some 10 MB at the least, where a long report has 50 kB."""
_HAS_DOORS: Final = hasattr(socket, "AF_UNIX") and hasattr(os, "geteuid")
_PROC: Final = Path("/proc")


class AskError(UserError):
    """A process that cannot be asked."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A process with a door: what it says of itself, or why it says nothing."""

    pid: int
    said: Mapping[str, Any]
    error: str = ""


def ask(pid: int, request: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """The answer of a process. Raises AskError when there is none, with what can be done."""
    if not _HAS_DOORS:
        raise AskError(
            "Processes cannot be asked on this system, which has no Unix sockets. "
            "`spanorigin.agent.status()` tells the program itself the same.",
            slug="no-doors-here",
        )
    owner = _owner(pid)
    path = next((place for place in _places(pid, owner, environ) if _is_door(place, owner)), None)
    if path is None:
        raise _no_door(pid)
    try:
        answer = _asked(path, request)
    except (ConnectionRefusedError, FileNotFoundError):
        places.clear_away(path.parent)
        raise _no_door(pid) from None
    except PermissionError:
        raise AskError(
            f"Process {pid} belongs to another user, and only that user and root may ask it. "
            "Run the command as that user.",
            slug="process-of-another-user",
        ) from None
    except (OSError, ValueError) as error:
        raise AskError(
            f"Process {pid} did not answer within {_SECONDS:g} seconds ({error}). It may be stopped, or its threads "
            "may not run, as under uWSGI without --enable-threads. Try again, or look at it with another tool.",
            slug="process-not-answering",
        ) from None
    if "error" in answer:
        raise AskError(
            f"Process {pid} does not know what was asked: its agent is of release {answer.get('agent', 'unknown')}. "
            f"It said: {answer['error']}. Use the `spanorigin` command of the environment that it runs in.",
            slug="process-of-another-release",
        )
    return answer


def neighbours(environ: Mapping[str, str]) -> list[Neighbour]:
    """The processes of this user that have a door, by process id. Removes what dead ones have left."""
    found: dict[int, Neighbour] = {}
    if not _HAS_DOORS:
        return []
    user = os.geteuid()
    for folder in _folders(user, environ):
        for pid, path in sorted(places.doors(folder).items()):
            if not _is_door(path, user):
                continue
            try:
                found.setdefault(pid, Neighbour(pid, _asked(path, {"ask": "hello"})))
            except (ConnectionRefusedError, FileNotFoundError):
                places.clear_away(path.parent)
            except (OSError, ValueError) as error:
                found.setdefault(pid, Neighbour(pid, {}, f"does not answer ({error})"))
    return [found[pid] for pid in sorted(found)]


def _asked(path: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    with socket.socket(socket.AF_UNIX) as asker:
        asker.settimeout(_SECONDS)
        asker.connect(str(path))
        asker.sendall(json.dumps(request).encode() + b"\n")
        pieces: list[bytes] = []
        while (piece := asker.recv(65536)) and len(pieces) < _PIECES:
            pieces.append(piece)
    answer = json.loads(b"".join(pieces) or b"null")
    if not isinstance(answer, dict):
        raise ValueError("an empty answer")
    return answer


def _is_door(path: Path, user: int) -> bool:
    """Whether a socket is there, in a folder that nobody else could have laid."""
    try:
        return path.is_socket() and path.parent.lstat().st_uid == user
    except OSError:
        return False


def _places(pid: int, owner: int, environ: Mapping[str, str]) -> Iterable[Path]:
    """Where the door of a process may be. Seen through the process's own root too: a service may have a /tmp of its
    own, as a container has."""
    for folder in dict.fromkeys([*_folders(owner, environ), *_folders(owner, _environment(pid))]):
        yield places.door_in(folder, pid)
        through = _PROC / str(pid) / "root" / str(folder).lstrip("/")
        for number in (pid, _pid_inside(pid)):
            yield places.door_in(through, number)


def _folders(user: int, environ: Mapping[str, str]) -> list[Path]:
    setting = environ.get("SPANORIGIN_DOOR", "").strip()
    return [*([Path(setting)] if setting.startswith("/") else []), *places.folders(user)]


def _owner(pid: int) -> int:
    try:
        return (_PROC / str(pid)).stat().st_uid
    except OSError:
        return os.geteuid()


def _environment(pid: int) -> dict[str, str]:
    """The variables that a process was started with; none where that is not to be seen."""
    try:
        text = (_PROC / str(pid) / "environ").read_bytes().decode(errors="replace")
    except OSError:
        return {}
    pairs = (entry.partition("=") for entry in text.split("\0"))
    return {name: value for name, _, value in pairs}


def _pid_inside(pid: int) -> int:
    """The process's id in its own container."""
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return pid
    inside = next((line.split()[-1] for line in lines if line.startswith("NSpid:")), str(pid))
    return int(inside) if inside.isdecimal() else pid


def _no_door(pid: int) -> AskError:
    if not places.is_running(pid):
        return AskError(
            f"There is no process {pid}, so nobody can be asked. `spanorigin doctor` lists those that answer.",
            slug="process-not-found",
        )
    return AskError(
        f"Process {pid} does not answer: it runs without spanorigin, has just been started, or has "
        "SPANORIGIN_DOOR=false. Start it with `spanorigin run -- COMMAND`; `spanorigin doctor` lists those that do.",
        slug="process-without-door",
    )
