"""Compile the walkers in C, where that can be done; go on without them where it cannot.

Called by hatchling for each wheel, editable ones included. What is built depends on the interpreter that builds: none
on a free-threaded one or on another implementation than CPython, `_raw` only for the versions it was tested on. A
failure prints one line, and the agent then walks in Python. Decision 0073.

SPANORIGIN_NO_EXTENSION=1 skips it; CC names the compiler.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WALK = Path("src/spanorigin/origin/walk")
SOURCES = WALK / "c"
PACKAGE = "spanorigin.origin.walk"
RAW_VERSIONS = {(3, 11), (3, 12), (3, 13)}
WARNINGS = ["-Wall", "-Wextra"]


class ExtensionHook(BuildHookInterface):
    """Puts the compiled walkers into the wheel or, for an editable install, beside their Python."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what can be built. A wheel that carries a binary says so in its tag."""
        root = Path(self.root)
        in_place = version == "editable"
        refusal = _refusal()
        names = [] if refusal else _names()
        if in_place:
            _remove(root, {"_raw", "_public"} - set(names))
        if refusal:
            self.app.display_info(f"spanorigin: no walkers in C: {refusal}.")
            return
        self._built = Path(tempfile.mkdtemp(prefix="spanorigin-"))
        failures = {}
        for name in names:
            try:
                binary = _compile(root, name, self._built)
            except (Exception, SystemExit) as error:
                # Whatever a compiler, its absence or a damaged environment comes up with: the agent works without.
                failures[name] = _reason(error)
                if in_place:
                    _remove(root, {name})
                continue
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
            if in_place:
                _put(binary, root / WALK / binary.name)
            else:
                build_data["force_include"][str(binary)] = f"{PACKAGE.replace('.', '/')}/{binary.name}"
        if failures:
            self.app.display_warning(
                f"spanorigin: {' and '.join(failures)} could not be compiled ({'; '.join(set(failures.values()))}); "
                "the agent works without, and is slower at finding exits."
            )

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what was built, now that the wheel has it."""
        if hasattr(self, "_built"):
            shutil.rmtree(self._built, ignore_errors=True)


def _refusal() -> str | None:
    """Why this interpreter gets no walkers in C at all."""
    if os.environ.get("SPANORIGIN_NO_EXTENSION", "").strip().lower() not in {"", "0", "false", "no", "off"}:
        return "SPANORIGIN_NO_EXTENSION is set"
    if sys.implementation.name != "cpython":
        return f"{sys.implementation.name} has no frames of CPython's kind"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "they rely on the interpreter's lock, which this free-threaded build does without"
    return None


def _reason(error: BaseException) -> str:
    """What went wrong, in a few words: of a command its name, and not its options."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, subprocess.CalledProcessError):
            return f"{cause.cmd[0]} ended with {cause.returncode}"
        cause = cause.__cause__ or cause.__context__
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]


def _names() -> list[str]:
    return ["_raw", "_public"] if sys.version_info[:2] in RAW_VERSIONS else ["_public"]


def _compile(root: Path, name: str, folder: Path) -> Path:
    """The binary of one walker, made by setuptools, which knows the platform's compiler and CPython's flags."""
    from setuptools import Distribution, Extension

    source = SOURCES / f"{name.removeprefix('_')}.c"
    flags = [] if sys.platform == "win32" else WARNINGS
    extension = Extension(f"{PACKAGE}.{name}", [str(source)], extra_compile_args=flags)
    command = Distribution({"name": "spanorigin", "ext_modules": [extension]}).get_command_obj("build_ext")
    command.build_lib = str(folder)
    command.build_temp = str(folder / "objects")
    started_in = Path.cwd()
    os.chdir(root)  # sources are named from here, and objects lie below build_temp under the same names
    try:
        command.ensure_finalized()
        command.run()
    finally:
        os.chdir(started_in)
    return Path(command.get_ext_fullpath(extension.name))


def _remove(root: Path, names: set[str]) -> None:
    """Take away what an earlier install compiled in place and this one cannot: it may be of other sources.

    What it can compile is replaced in one step, since programs of another environment may be starting with it.
    """
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    for name in names:
        (root / WALK / f"{name}{suffix}").unlink(missing_ok=True)


def _put(binary: Path, place: Path) -> None:
    """Move a binary into place in one step; a process that runs the old one keeps it."""
    beside = place.with_suffix(".new")
    shutil.copyfile(binary, beside)
    beside.replace(place)
