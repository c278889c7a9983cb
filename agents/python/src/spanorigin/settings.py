"""Read the agent's settings from environment variables, once, into a frozen value that knows where each came from.

Asked by `agent.install`, by the `spanorigin` command and by autoload. The only file that looks at os.environ. Each
variable is a row in contract/settings.yaml; a test compares rows, this table and the docs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from spanorigin.model import SettingError

DEFAULT: Final = "default"
SWITCHES: Final = ("SPANORIGIN_ENABLED", "DD_CODE_ORIGIN_FOR_SPANS_ENABLED")
_TRUE: Final = frozenset({"true", "1", "yes", "on"})
_FALSE: Final = frozenset({"false", "0", "no", "off"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the agent was told. Values are checked; `sources` names the variable or "default" behind each field."""

    enabled: bool | None = None
    entry: bool | None = None
    exit: bool | None = None
    max_frames: int = 8
    depth_limit: int = 2000
    frame_gap: int = 8
    walker: str = "auto"
    attributes: str = "otel"
    budget: float = 1
    discovery: bool = False
    door: str = "on"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    source_root: str | None = None
    commit: str | None = None
    repository: str | None = None
    endpoint: str = "http://localhost:4318"
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings as `environ` has them; without one, this process's environment.

        An empty variable counts as unset. Raises SettingError on the first value that means nothing.
        """
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        sources: dict[str, str] = {}
        for name, (variables, read) in READERS.items():
            sources[name] = DEFAULT
            for variable in variables:
                text = environ.get(variable, "").strip()
                if text:
                    values[name] = read(variable, text)
                    sources[name] = variable
                    break
        return cls(**values, sources=sources)

    def source_of(self, name: str) -> str:
        """The variable that set the field `name`, or "default"; "code" for a Settings made by hand."""
        return self.sources.get(name, "code" if not self.sources else DEFAULT)


def is_enabled(environ: Mapping[str, str] | None = None, *, default: bool) -> bool:
    """Whether the switches say on. Ours wins over Datadog's; with neither set it is `default`. Raises SettingError."""
    environ = os.environ if environ is None else environ
    for variable in SWITCHES:
        text = environ.get(variable, "").strip()
        if text:
            return _flag(variable, text)
    return default


def process_environment() -> Mapping[str, str]:
    """A copy of this process's variables, for rooms that are handed one (CI variables, the command's child)."""
    return dict(os.environ)


def _flag(variable: str, text: str) -> bool:
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise SettingError(
        f"{variable} is {text!r}, but it is a switch. Give true or false, or unset it.", slug="switch-not-a-boolean"
    )


def _count(minimum: int, maximum: int) -> Callable[[str, str], int]:
    def read(variable: str, text: str) -> int:
        if not text.isdecimal() or not minimum <= int(text) <= maximum:
            raise SettingError(
                f"{variable} is {text!r}, but it counts frames. "
                f"Give a whole number from {minimum} to {maximum}, or unset it.",
                slug="setting-not-a-count",
            )
        return int(text)

    return read


def _percent(variable: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 100:  # nan is not either
        raise SettingError(
            f"{variable} is {text!r}, but it is a share in percent. Give a number from 0 to 100, or unset it.",
            slug="setting-not-a-percentage",
        )
    return value


def _choice(*known: str) -> Callable[[str, str], str]:
    def read(variable: str, text: str) -> str:
        if text.lower() not in known:
            raise SettingError(
                f"{variable} is {text!r}, but it is one of a few words. Give {', '.join(known[:-1])} or {known[-1]}, "
                "or unset it.",
                slug="setting-not-a-choice",
            )
        return text.lower()

    return read


def _globs(_variable: str, text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _folder(variable: str, text: str) -> str:
    path = Path(text).expanduser()
    if not path.is_dir():
        raise SettingError(
            f"{variable} is {text!r}, but no such folder exists, so no path could be made relative to it. "
            "Give the folder of the checkout as this process sees it, or unset it.",
            slug="source-root-not-a-folder",
        )
    return str(path.absolute())


def _door(variable: str, text: str) -> str:
    """`on`, `off` or a folder. Whether the folder will do shows when the door opens."""
    lowered = text.lower()
    if lowered in _TRUE or lowered in _FALSE:
        return "on" if lowered in _TRUE else "off"
    if not Path(text).is_absolute():
        raise SettingError(
            f"{variable} is {text!r}, but it is a switch or the absolute path of a folder. "
            "Give true, false or such a path, or unset it.",
            slug="door-not-a-folder",
        )
    return text


def _text(_variable: str, text: str) -> str:
    return text


_Reader = Callable[[str, str], Any]

READERS: Final[Mapping[str, tuple[tuple[str, ...], _Reader]]] = {
    "enabled": (SWITCHES, _flag),
    "entry": (("SPANORIGIN_ENTRY",), _flag),
    "exit": (("SPANORIGIN_EXIT",), _flag),
    "max_frames": (("SPANORIGIN_MAX_FRAMES",), _count(1, 64)),
    "depth_limit": (("SPANORIGIN_DEPTH_LIMIT",), _count(1, 100_000)),
    "frame_gap": (("SPANORIGIN_FRAME_GAP",), _count(0, 1000)),
    "walker": (("SPANORIGIN_WALKER",), _choice("auto", "raw", "public", "python")),
    "attributes": (("SPANORIGIN_ATTRIBUTES",), _choice("otel", "datadog", "both")),
    "budget": (("SPANORIGIN_BUDGET",), _percent),
    "discovery": (("SPANORIGIN_DISCOVERY",), _flag),
    "door": (("SPANORIGIN_DOOR",), _door),
    "include": (("SPANORIGIN_INCLUDE",), _globs),
    "exclude": (("SPANORIGIN_EXCLUDE",), _globs),
    "source_root": (("SPANORIGIN_SOURCE_ROOT",), _folder),
    "commit": (("SPANORIGIN_COMMIT",), _text),
    "repository": (("SPANORIGIN_REPOSITORY",), _text),
    "endpoint": (("SPANORIGIN_ENDPOINT",), _text),
}
"""Field name -> the variables that set it, first one wins, and how their text is read."""
