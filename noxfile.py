"""The environments that tests need beside the main one: other interpreters, and libraries that cannot share a room.

Run by `make test`, and by hand: `.venv/bin/nox --list`, `.venv/bin/nox -s cases-3.12 -- -k case_07`. Environments lie
in `.nox/`; what is installed is kept until a requirement, the agent's manifest or its C changes. Decision 0120.

Interpreters are looked for on the PATH and among pyenv's. One that is missing is named as not run; with CI=true it is a
failure when there is none but the main one.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import nox
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent
AGENT = ROOT / "agents/python"
TESTS = AGENT / "tests"
TRACERS = ROOT / "server/tests/life/tracers"
#: What an editable install depends on: its manifest, and what is compiled in place.
BUILT_FROM = (AGENT / "pyproject.toml", AGENT / "hatch_build.py", *sorted((AGENT / "src").rglob("*.[ch]")))

#: The Pythons that the agent supports: each should be here.
SUPPORTED = ("3.10", "3.11", "3.12", "3.13", "3.14")
#: Run where they are and asked for: many packages have no wheels for them yet.
WELCOME = ("3.13t", "3.14t")
#: The one of .venv, in which the cases are run with everything else.
MAIN = f"{sys.version_info[0]}.{sys.version_info[1]}"

nox.options.reuse_venv = "yes"
nox.options.default_venv_backend = "virtualenv"


def _interpreters() -> dict[str, Path]:
    """Where each Python is. The first on the PATH wins, then the newest of pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    on_path = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    of_pyenv = sorted((pyenv / "versions").glob("*/bin"), key=_numbers, reverse=True)
    # pyenv's shims stand for every version, and answer for the chosen ones only.
    folders = [folder for folder in on_path if folder != pyenv / "shims"] + of_pyenv
    places = {version: [folder / f"python{version}" for folder in folders] for version in (*SUPPORTED, *WELCOME)}
    found = {version: next(filter(Path.is_file, candidates), None) for version, candidates in places.items()}
    return {version: place for version, place in found.items() if place}


def _numbers(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", folder.parent.name)]


FOUND = _interpreters()


def _cases_on(version: str) -> None:
    """Announce the session that runs the 42 cases on one Python."""

    @nox.session(name=f"cases-{version}", python=str(FOUND[version]), default=version in SUPPORTED and version != MAIN)
    def cases(session: nox.Session) -> None:
        _install(session, TESTS / "cases/requirements.txt", version)
        _test(session, TESTS / "cases", TESTS / "discovery", TESTS / "live")


def _cases_missing_on(version: str) -> None:
    """Announce a session that says why it is none."""

    @nox.session(name=f"cases-{version}", python=False)
    def cases(session: nox.Session) -> None:
        if os.environ.get("CI") == "true" and not set(FOUND) - {MAIN}:
            session.error(f"there is no Python but {MAIN}, and the cases must be seen on more than one")
        session.skip(f"not run, since there is no python{version} on the PATH or among pyenv's")


for _version in (*SUPPORTED, *(version for version in WELCOME if version in FOUND)):
    (_cases_on if _version in FOUND else _cases_missing_on)(_version)


@nox.session(name="frameworks-apart", python=sys.executable)
def frameworks_apart(session: nox.Session) -> None:
    """Libraries whose versions conflict with those of the main environment."""
    folder = TESTS / "frameworks_apart"
    _install(session, folder / "requirements.txt")
    _test(session, folder)


def _ddtrace(version: str, has_exits: bool) -> None:
    """Announce the session that points one release of ddtrace, unmodified, at our server."""

    @nox.session(name=f"ddtrace-{version}", python=sys.executable)
    def ddtrace(session: nox.Session) -> None:
        environment = Path(session.virtualenv.location)
        requirements = TRACERS / f"requirements-{version}.txt"
        if _is_new(environment, requirements):
            # Their versions are their own: nothing of ours runs in there.
            session.install("-r", str(requirements), env={"PIP_CONSTRAINT": ""}, silent=True)
            _note_installed(environment, requirements)
        tracer = {"TRACER_PYTHON": str(environment / "bin/python"), "TRACER_HAS_EXITS": str(has_exits).lower()}
        _test_tracer(session, tracer)


_ddtrace("4.0.4", has_exits=True)
_ddtrace("4.16.0", has_exits=False)


@nox.session(name="dd-trace-js", python=False)
def dd_trace_js(session: nox.Session) -> None:
    """The same with dd-trace for Node."""
    folder = TRACERS / "node"
    if shutil.which("npm") is None:
        told = session.error if os.environ.get("CI") == "true" else session.skip
        told("not run, since there is no npm on the PATH")
    (folder / "node_modules").mkdir(exist_ok=True)
    if _is_new(folder / "node_modules", folder / "package-lock.json"):
        command = ("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")
        session.chdir(folder)
        session.run(*command, external=True, silent=True)
        session.chdir(ROOT)
        _note_installed(folder / "node_modules", folder / "package-lock.json")
    _test_tracer(session, {"TRACER_NODE_MODULES": str(folder / "node_modules")})


def _test_tracer(session: nox.Session, tracer: dict[str, str]) -> None:
    """Run the tests in the main environment, where the server is, with the tracer named to them."""
    command = (sys.executable, "-m", "pytest", "--quiet", str(TRACERS), *session.posargs)
    session.run(*command, external=True, env=tracer)


def _is_new(environment: Path, source: Path) -> bool:
    """Whether what `source` lists is still to be installed."""
    note = environment / ".installed"
    return not note.is_file() or note.read_text() != hashlib.sha256(source.read_bytes()).hexdigest()


def _note_installed(environment: Path, source: Path) -> None:
    (environment / ".installed").write_text(hashlib.sha256(source.read_bytes()).hexdigest())


def _install(session: nox.Session, requirements: Path, version: str = MAIN) -> None:
    """Install the agent and a list of requirements, unless it is all there.

    Versions are those of constraints.txt, but for the projects that the list itself pins for this Python.
    """
    own_pins = _pinned(requirements.read_text().splitlines(), version.rstrip("t"))
    house_pins = _pinned((ROOT / "constraints.txt").read_text().splitlines(), version.rstrip("t"))
    constraints = "\n".join(sorted((house_pins | own_pins).values())) + "\n"
    wanted = hashlib.sha256("\0".join([constraints, requirements.read_text(), sys.version]).encode())
    for source in BUILT_FROM:
        wanted.update(source.read_bytes())
    environment = Path(session.virtualenv.location)
    installed = environment / ".installed"
    if installed.is_file() and installed.read_text() == wanted.hexdigest():
        return
    held = environment / "constraints.txt"
    held.write_text(constraints)
    session.install(
        *("-e", f"{AGENT}[run]", "-r", str(requirements)),
        env={"PIP_CONSTRAINT": str(held), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        silent=True,
    )
    installed.write_text(wanted.hexdigest())


def _pinned(lines: Iterable[str], version: str) -> dict[str, str]:
    """The lines that pin a project to one version on this Python, by the project's name."""
    stripped = (line.partition("#")[0].strip() for line in lines)
    listed = [Requirement(line) for line in stripped if "==" in line]
    meant = [one for one in listed if not one.marker or one.marker.evaluate({"python_version": version})]
    return {canonicalize_name(one.name): f"{one.name}{one.specifier}" for one in meant if "==" in str(one.specifier)}


def _test(session: nox.Session, *folders: Path) -> None:
    """Run the tests of folders, two at a time unless told otherwise."""
    spread = [] if any(word in ("-n", "-s", "--pdb") for word in session.posargs) else ["-n", "2", "--dist", "loadfile"]
    session.run("python", "-m", "pytest", "-q", *spread, *map(str, folders), *session.posargs)
