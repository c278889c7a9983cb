"""Compare the libraries of a Python environment with the instrumentations it has.

Asked by `spanorigin run` before it starts a command, and by `spanorigin doctor`. Which library needs which package is
OpenTelemetry's own table, of the version that is installed, so the versions named here fit what is there.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

# Their spans are the program's inner doings, and they come with other packages: naming them would be noise.
_NOT_WORTH_NAMING: Final = frozenset({"click", "asyncclick", "jinja2", "psutil", "pydantic", "structlog", "asgiref"})
# A library that these bring along is served by theirs; its own instrumentation would tell each call twice.
_SERVED_BY: Final = {"urllib3": ("opentelemetry-instrumentation-requests", "opentelemetry-instrumentation-botocore")}
_REQUIREMENT: Final = re.compile(r"\s*(?P<name>[A-Za-z0-9][\w.-]*)\s*(?P<versions>.*)")

AUTO_INSTRUMENTATION: Final = "opentelemetry-instrumentation"
EXPORTER: Final = "opentelemetry-exporter-otlp-proto-http"


@dataclass(frozen=True, slots=True)
class Library:
    """An installed library that OpenTelemetry has an instrumentation for."""

    name: str
    version: str
    instrumentation: str
    """The requirement to install, as `opentelemetry-instrumentation-flask==0.66b1`."""
    is_instrumented: bool
    is_supported: bool
    """Whether the instrumentation takes this version of the library; otherwise it leaves the library alone."""
    supported: str
    """The versions that it takes, as `>=1.0, <2.1`."""

    @property
    def package(self) -> str:
        """The distribution that `instrumentation` asks for."""
        match = _REQUIREMENT.fullmatch(self.instrumentation)
        return normalised(match["name"] if match else self.instrumentation)

    @property
    def label(self) -> str:
        """The library; with the instrumentation where one name does not say the other, as aiohttp has two."""
        short = self.package.removeprefix(f"{AUTO_INSTRUMENTATION}-")
        return self.name if short == self.name else f"{self.name} ({short})"


def installed_versions(path: Sequence[str] | None = None) -> dict[str, str]:
    """Normalised name -> version of the distributions on `path`; without one, of this interpreter."""
    found = metadata.distributions(path=list(path)) if path is not None else metadata.distributions()
    versions: dict[str, str] = {}
    for distribution in found:
        name = distribution.name
        if name:
            versions.setdefault(normalised(name), distribution.version)
    return versions


def libraries(installed: Mapping[str, str]) -> list[Library]:
    """The libraries among `installed` that could be instrumented, by name; empty without OpenTelemetry's table."""
    found: dict[tuple[str, str], Library] = {}
    for row in _table():
        match = _REQUIREMENT.fullmatch(row["library"])
        name = normalised(match["name"]) if match else ""
        if match is None or name not in installed or name in _NOT_WORTH_NAMING:
            continue
        package = _REQUIREMENT.fullmatch(row["instrumentation"])
        instrumentation = normalised(package["name"]) if package else row["instrumentation"]
        found[name, instrumentation] = Library(
            name,
            installed[name],
            row["instrumentation"],
            instrumentation in installed,
            _takes(match["versions"], installed[name]),
            match["versions"].strip(),
        )
    return [found[key] for key in sorted(found)]


def missing(found: Iterable[Library]) -> list[Library]:
    """Those that an instrumentation would serve, if it were installed."""
    every = list(found)
    served = {library.package for library in every if library.is_supported}
    return [
        library
        for library in every
        if library.is_supported and not library.is_instrumented and served.isdisjoint(_SERVED_BY.get(library.name, ()))
    ]


def unserved(found: Iterable[Library]) -> list[Library]:
    """Those whose instrumentation is installed but does not take their version."""
    return [library for library in found if library.is_instrumented and not library.is_supported]


def environment_of(command: Sequence[str], path: str | None) -> tuple[str, list[str] | None] | None:
    """The Python environment that a command runs in: its folder, and where its packages are (None: as here).

    None when that cannot be told from where the command lies, as with a shell script. `path` is the PATH.
    """
    program = shutil.which(command[0], path=path) if command else None
    if program is None:
        return None
    folder = Path(program).parent
    here = Path(sys.executable).parent
    if folder.absolute() == here.absolute() or _same(folder, here):
        return sys.prefix, None
    root = folder.parent
    if not (root / "pyvenv.cfg").is_file():
        return None
    packages = [*root.glob("lib/python3*/site-packages"), *root.glob("Lib/site-packages")]
    return str(root), [str(place) for place in packages]


def normalised(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)  # noqa: PTH121
    except OSError:
        return False


def _table() -> list[dict[str, str]]:
    try:
        from opentelemetry.instrumentation import bootstrap_gen
    except ImportError:
        return []
    rows = getattr(bootstrap_gen, "libraries", [])
    return [row for row in rows if isinstance(row, dict) and {"library", "instrumentation"} <= row.keys()]


def _takes(versions: str, version: str) -> bool:
    """Whether a version is one of `versions`; yes where that cannot be told."""
    try:
        from packaging.specifiers import SpecifierSet

        return SpecifierSet(versions).contains(version, prereleases=True)
    except Exception:
        # `packaging` comes with opentelemetry-instrumentation; and someone's version may follow no standard.
        return True
