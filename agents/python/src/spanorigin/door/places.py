"""Where the doors of processes are: folders that one user alone can enter, and a socket for each process in them.

Used by `serving`, which opens one, and by `spanorigin.doctor.asking`, which knocks.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any, Final

_KNOCK_SECONDS: Final = 0.2
_CLEARED: Final = 50
"""Files looked at, each time a door opens."""
_SUFFIX: Final = ".sock"


def folders(user: int | None = None) -> list[Path]:
    """Where doors of a user's processes are, the preferred place first; of this user's, without one. Not from
    variables: whoever asks may have others than the process that answers."""
    user = os.geteuid() if user is None else user
    session = Path(f"/run/user/{user}")
    return [*([session / "spanorigin"] if session.is_dir() else []), Path(f"/tmp/spanorigin-{user}")]  # noqa: S108


def door_in(folder: Path, pid: int) -> Path:
    """The socket of a process."""
    return folder / f"{pid}{_SUFFIX}"


def doors(folder: Path) -> dict[int, Path]:
    """Every socket in a folder, by process id; whether somebody is behind it shows when one knocks."""
    try:
        found = list(folder.iterdir())
    except OSError:
        return {}
    return {int(path.stem): path for path in found if path.suffix == _SUFFIX and path.stem.isdecimal()}


def why_unfit(folder: Path) -> str | None:
    """Make sure that `folder` is there and is this user's alone; otherwise the reason, to be put behind its name."""
    try:
        if not folder.is_absolute():
            return "is not an absolute path"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        return f"cannot be used: {error.strerror}"
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        return "is not a folder of this user's own"
    if found.st_mode & 0o077:
        return "can be entered by other users"
    return None


def clear_away(folder: Path) -> None:
    """Remove what processes have left that were killed: files whose process is gone, and that nobody answers behind.

    Both, since containers that share a folder do not see each other's processes.
    """
    for pid, path in list(doors(folder).items())[:_CLEARED]:
        if not is_running(pid) and not _is_answered(path):
            path.unlink(missing_ok=True)


def is_running(pid: int) -> bool:
    """Whether there is such a process, as far as can be seen from here."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _is_answered(path: Path) -> bool:
    import _socket

    with Raw(_socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)) as knock:
        try:
            knock.settimeout(_KNOCK_SECONDS)
            knock.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True


class Raw:
    """Closes one of the interpreter's own sockets at the end of a block: they know no `with`."""

    def __init__(self, held: Any) -> None:
        self._held = held

    def __enter__(self) -> Any:
        return self._held

    def __exit__(self, *_: object) -> None:
        self._held.close()
