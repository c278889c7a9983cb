"""Real git repositories for the tests of the source room, made by the git program in a folder of the test's own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

_IDENTITY = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


class Working:
    """A git working copy that a test writes to."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        environment = {**os.environ, **_IDENTITY}
        ran = subprocess.run(
            ["git", *arguments], cwd=self.root, env=environment, capture_output=True, text=True, check=True
        )
        return ran.stdout.strip()

    def write(self, path: str, content: str | bytes) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    def commit(self, **files: str | bytes) -> str:
        """The name of a commit of everything, after writing `files` (`__` in a name is `/`, `_py` is `.py`)."""
        for name, content in files.items():
            self.write(name.replace("__", "/").replace("_py", ".py"), content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def make_working(tmp_path):
    def make(name: str = "shop", remote: str | None = "git@github.com:acme/shop.git") -> Working:
        root = tmp_path / name
        root.mkdir(parents=True)
        working = Working(root)
        working.git("init", "--quiet", "--initial-branch=main")
        if remote:
            working.git("remote", "add", "origin", remote)
        return working

    return make


@pytest.fixture
def shop(make_working) -> Working:
    return make_working()
