"""Installing the agent with and without what it takes to compile."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
BUILD = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"
SEES = """
import sys
from spanorigin import emit
from spanorigin.origin.walk import Rules, choose_walker
from spanorigin.settings import Settings
from spanorigin.source import Sources
settings = Settings()
print(choose_walker(Sources(settings), Rules.of(settings, (), emit.exit_attributes))[1])
"""


@pytest.fixture
def built(tmp_path):
    """Builds a wheel from a copy of the project as an installer does; the wheel, and what was said meanwhile."""
    pytest.importorskip("hatchling")
    pytest.importorskip("setuptools")
    project = tmp_path / "project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("*.so", "tests", "__pycache__", ".*"))

    def build(**variables):
        done = subprocess.run(
            [sys.executable, "-c", BUILD, str(tmp_path)],
            cwd=project,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return tmp_path / done.stdout.split()[-1], done.stdout + done.stderr

    return build


def binaries(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    return sorted(re.sub(r".*/(_\w+)\..*", r"\1", name) for name in names if name.endswith((".so", ".pyd")))


def why_this_walker(wheel, tmp_path):
    """What the agent of an unpacked wheel says of its walker."""
    home = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(home)
    variables = {**os.environ, "PYTHONPATH": str(home)}
    done = subprocess.run([sys.executable, "-c", SEES], env=variables, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def has_compiler():
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    return shutil.which(compiler) is not None and Path(sysconfig.get_path("include"), "Python.h").exists()


def test_with_a_compiler_the_wheel_has_the_walkers_and_the_platforms_tag(built, tmp_path):
    if not has_compiler():
        assert os.environ.get("CI") != "true", "no compiler, or no headers of Python"
        pytest.skip("no compiler, or no headers of Python")

    wheel, said = built()

    raw = [] if sys.version_info < (3, 11) else ["_raw"]
    assert binaries(wheel) == ["_public", *raw]
    assert f"cp{sys.version_info[0]}{sys.version_info[1]}" in wheel.name
    assert not wheel.name.endswith("any.whl")
    assert "warning" not in said.lower()
    assert why_this_walker(wheel, tmp_path).startswith("C over")
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith((".c", ".h"))]


def test_without_a_compiler_it_installs_says_so_and_walks_in_python(built, tmp_path):
    wheel, said = built(CC="/bin/false")

    assert wheel.name.endswith("-py3-none-any.whl")
    assert binaries(wheel) == []
    (line,) = [line for line in said.splitlines() if "spanorigin:" in line]
    assert re.search(r"_public could not be compiled \(.*/bin/false.*\); the agent works without", line)
    assert len(line) < 200
    assert why_this_walker(wheel, tmp_path).startswith("pure Python: raw: not compiled for Python")


def test_asked_not_to_it_compiles_nothing(built):
    wheel, said = built(SPANORIGIN_NO_EXTENSION="1")

    assert wheel.name.endswith("-py3-none-any.whl")
    assert binaries(wheel) == []
    assert "SPANORIGIN_NO_EXTENSION is set" in said
