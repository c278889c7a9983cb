"""A project whose libraries came in every way that there is, with the real pip, venv and git where they take part."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

#: What every module of a layout says: it makes a span itself, so it is the origin if it is the user's own.
ASKS = """
from opentelemetry import trace
from opentelemetry.trace import SpanKind

def ask(tracer):
    tracer.start_span("call", kind=SpanKind.CLIENT).end()
"""

_PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""

_BACKEND = '''
"""Builds the wheel of the folder it lies in, of Python's own library alone."""

import zipfile
from pathlib import Path

HERE = Path(__file__).parent
NAME = "{name}"
[PACKAGE] = [folder.parent for folder in (HERE / "src").glob("*/*.py")][:1]


def get_requires_for_build_wheel(config_settings=None):
    return []


get_requires_for_build_editable = get_requires_for_build_wheel


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {f"{PACKAGE.name}/{file.name}": file.read_text() for file in PACKAGE.glob("*.py")}
    return _write(Path(wheel_directory), files)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _write(Path(wheel_directory), {f"__editable__{NAME}.pth": str(HERE / "src")})


def _write(folder, files):
    info = f"{NAME}-1.0.dist-info"
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\\nName: {NAME}\\nVersion: 1.0\\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\\nGenerator: here\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files[f"{info}/RECORD"] = "".join(f"{file},,\\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{NAME}-1.0-py3-none-any.whl", "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
    return f"{NAME}-1.0-py3-none-any.whl"
'''


def write(file: Path, text: str = ASKS) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def source_project(root: Path, name: str, module: str = "") -> Path:
    """A project of one package that any installer can build; without `module` it is a regular package of its name."""
    package, _, file = module.partition("/")
    write(root / name / "src" / (package or name) / (file or "__init__.py"))
    write(root / name / "backend.py", _BACKEND.replace("{name}", name))
    write(root / name / "pyproject.toml", _PYPROJECT)
    return root / name


def wheel_of(project: Path, folder: Path) -> Path:
    """The wheel of a source project, built by its own backend."""
    folder.mkdir(parents=True, exist_ok=True)
    code = "import backend, sys; print(backend.build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, folder], cwd=project, check=True, capture_output=True, text=True)
    return folder / done.stdout.strip()


def pip(*arguments, python: Path | str, **variables) -> None:
    """The pip of the tests' environment, installing for another interpreter, from nothing but what it is given."""
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-index", "--no-deps"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **variables}
    done = subprocess.run(
        [*command, *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def packages_of(environment: Path) -> Path:
    [found] = environment.glob("lib/python*/site-packages")
    return found


def new_environment(folder: Path) -> Path:
    """An environment without pip; its interpreter."""
    venv.create(folder, with_pip=False, symlinks=True)
    return folder / "bin" / "python"


def lay_out(root: Path) -> tuple[Path, list[Path]]:
    """Everything of case 36 that lies in folders: the interpreter to run, and what has to be on the search path."""
    project = root / "project"
    python = new_environment(project / ".venv")
    site = packages_of(project / ".venv")
    sources, wheels = root / "sources", root / "wheels"
    index = [source_project(sources, f"from_index_{number}") for number in range(6)]
    index.append(source_project(sources, "ns_index", "shared/of_index.py"))
    for each in [*index, source_project(sources, "from_target"), source_project(sources, "from_user_site")]:
        wheel_of(each, wheels)
    private = wheel_of(source_project(sources, "from_wheel"), root / "private")
    pip(
        *("--find-links", wheels, *(each.name for each in index), private),
        source_project(sources, "from_folder"),
        source_project(sources, "ns_folder", "shared/of_folder.py"),
        f"git+file://{_repository(source_project(sources, 'from_git'))}",
        *("-e", source_project(sources, "from_editable")),
        python=python,
    )
    pip("--find-links", wheels, "--target", project / "vendored", "from_target", python=python)

    lend_packages(site)
    write(project / "own" / "views.py")
    write(site / "copied_by_hand" / "__init__.py")
    write(root / "usr/lib/python3/dist-packages/of_debian.py")
    with zipfile.ZipFile(project / "bundle.zip", "w") as bundle:
        bundle.writestr("zipped.py", ASKS)
    write(project / "relative" / "relatively.py")

    new_environment(root / "elsewhere" / "environment")
    write(packages_of(root / "elsewhere/environment") / "behind_a_link.py")
    (project / "linked").symlink_to(root / "elsewhere/environment")

    runfiles = project / "bazel-bin/shop.runfiles"
    write(root / "execroot/external/pip_bazel_lib/site-packages/bazel_lib/__init__.py")
    write(root / "workspace/shop/bazel_own.py")
    (runfiles / "pip_bazel_lib").mkdir(parents=True)
    (runfiles / "pip_bazel_lib/site-packages").symlink_to(root / "execroot/external/pip_bazel_lib/site-packages")
    (runfiles / "main/shop").mkdir(parents=True)
    (runfiles / "main/shop/bazel_own.py").symlink_to(root / "workspace/shop/bazel_own.py")

    return python, [
        project,
        project / "vendored",
        project / "bundle.zip",
        Path("relative"),
        root / "usr/lib/python3/dist-packages",
        packages_of(project / "linked"),
        runfiles / "pip_bazel_lib/site-packages",
        runfiles / "main",
    ]


def _repository(folder: Path) -> Path:
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=folder, check=True, timeout=60)
    return folder


def lend_packages(site: Path) -> None:
    """Let another interpreter import OpenTelemetry and the agent: last of all, so that it keeps what it has itself."""
    import spanorigin

    (site / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n{Path(spanorigin.__file__).parents[1]}\n")


def run_program(program: Path, python: Path | str, search_path, *arguments, **variables) -> str:
    """What a program prints that is run by its relative name, from its own folder."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **variables}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, search_path))
    done = subprocess.run(
        [str(python), program.name, *arguments],
        cwd=program.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
