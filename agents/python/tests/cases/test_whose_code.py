"""Cases 36 to 38: whose a file is, wherever it lies and however it came there; in real layouts, on real stacks."""

import contextlib
import json
import linecache
import os
import shutil
import sys
import sysconfig
from pathlib import Path

import entry_django
import exit_shapes as sample
import jinja2
import pytest
from case_layouts_support import lay_out, lend_packages, packages_of, pip, run_program, source_project, wheel_of, write
from case_support import WALKERS
from django.template import engines
from exit_support import SAMPLES, Agent, Library, frame

PROGRAM = SAMPLES / "case_layouts.py"
#: Where each module of the layout lies, below the layout's root, if it is the user's own.
USERS = {
    "own.views": "project/own/views.py",
    "relatively": "project/relative/relatively.py",
    "shop.bazel_own": "project/bazel-bin/shop.runfiles/main/shop/bazel_own.py",
    "from_editable": "sources/from_editable/src/from_editable/__init__.py",
    "from_wheel": "SITE/from_wheel/__init__.py",
    "from_folder": "SITE/from_folder/__init__.py",
    "from_git": "SITE/from_git/__init__.py",
    "shared.of_folder": "SITE/shared/of_folder.py",
}
OTHERS = (
    "from_index_0",
    "shared.of_index",
    "copied_by_hand",
    "from_target",
    "zipped",
    "of_debian",
    "behind_a_link",
    "bazel_lib",
)


@pytest.fixture(scope="module")
def layout(tmp_path_factory):
    """The root of a project with everything laid out, the program's own file, and what it told of each module."""
    root = tmp_path_factory.mktemp("layouts").resolve()
    python, search_path = lay_out(root)
    program = shutil.copy(PROGRAM, root / "project" / "program.py")
    told = run_program(program, python, search_path, ",".join(WALKERS), *USERS, *OTHERS)
    return root, str(program), json.loads(told)


@pytest.mark.parametrize("module", USERS)
def test_case_36_a_module_of_the_users_own_is_the_origin(layout, module):
    root, _, told = layout
    site = str(packages_of(root / "project/.venv").relative_to(root))

    expected = root / USERS[module].replace("SITE", site)

    assert {walker: files[module] for walker, files in told.items()} == dict.fromkeys(WALKERS, str(expected))


@pytest.mark.parametrize("module", OTHERS)
def test_case_36_a_module_of_somebody_elses_is_passed_over(layout, module):
    _, program, told = layout

    assert {walker: files[module] for walker, files in told.items()} == dict.fromkeys(WALKERS, program)


def test_case_36_the_users_site_is_not_the_users_own_code(tmp_path):
    """`pip install --user`, which environments refuse: with the interpreter that the environment was made from."""
    root = tmp_path.resolve()
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    python = next(place for place in (Path(sys.base_prefix) / "bin").glob(version))
    wheel_of(source_project(root, "from_user_site"), root / "wheels")
    own = {"PYTHONUSERBASE": str(root / "base")}
    pip("--find-links", root / "wheels", "--user", "--break-system-packages", "from_user_site", python=python, **own)
    [installed] = (root / "base").rglob("from_user_site/__init__.py")
    lend_packages(installed.parents[1])
    program = shutil.copy(PROGRAM, root / "program.py")

    told = json.loads(run_program(program, python, [], ",".join(WALKERS), "from_user_site", **own))

    assert told == {walker: {"from_user_site": str(program)} for walker in WALKERS}


@pytest.mark.parametrize(
    "name",
    ["<string>", "<stdin>", "<attrs generated init x>", "<ipython-input-1-2b3c>", "page.html", "/srv/mail.j2", ""],
)
def test_case_36_code_without_a_file_of_python_is_passed_over(agent, library, name):
    namespace = {"call": library.call}
    exec(compile("def generated(_):\n    call()\n", name, "exec"), namespace)

    sample.middleware(namespace["generated"], None)

    assert agent.origins() == [[frame("exit_shapes", "middleware", "middleware")]]


def test_case_36_a_notebooks_cell_is_the_users_own(agent, library):
    """As ipykernel runs it: a file name of its own in the temporary folder, with its source in linecache only."""
    name, source = "/tmp/ipykernel_812/3718268.py", "def cell():\n    call()\n"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    namespace = {"__name__": "__main__", "call": library.call}
    exec(compile(source, name, "exec"), namespace)

    namespace["cell"]()

    [span] = agent.spans()
    assert (span.attributes["code.file.path"], span.attributes["code.line.number"]) == (name, 2)


def test_case_36_frames_of_the_standard_library_and_of_the_import_machinery_are_passed_over(
    agent, library, tmp_path, monkeypatch
):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    file = write(tmp_path / "case_imported.py", "import builtins\n\nbuiltins.case_36_call()\n")
    monkeypatch.setattr("builtins.case_36_call", library.call, raising=False)

    with contextlib.ExitStack() as stack:
        stack.callback(sample.middleware, __import__, "case_imported")
    del sys.modules["case_imported"]

    [span] = agent.spans()
    frames = span.attributes["spanorigin.frames"].splitlines()
    middleware = frame("exit_shapes", "middleware", "middleware")
    assert frames == [
        f"{file}:3 case_imported.<module>",
        f"{sample.__file__}:{middleware.line} exit_shapes.middleware",
    ]


def rendered_by(engine, folder):
    """Renders a template of the engine's that calls `call`."""
    if engine == "django":
        assert entry_django.settings.configured
        template = engines["django"].from_string("{{ call }}")
        return lambda call: template.render({"call": call})
    (folder / "page.html").write_text("<p>{{ call() }}</p>")
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(folder))
    from_text = jinja2.Template("{{ call() }}")
    template = from_text if engine == "jinja2" else environment.get_template("page.html")
    return lambda call: template.render(call=call)


@pytest.mark.parametrize("engine", ["jinja2", "jinja2 from a file", "django"])
def test_case_36_a_template_is_passed_over_and_who_renders_it_is_the_origin(agent, library, tmp_path, engine):
    sample.middleware(rendered_by(engine, tmp_path), library.call)

    assert agent.origins() == [[frame("exit_shapes", "middleware", "middleware")]]


def in_file(file, call):
    """A function of `file` that makes a call."""
    namespace = {"__name__": "made", "call": call}
    exec(compile("def made(_):\n    call()\n", str(file), "exec"), namespace)
    return namespace["made"]


PACKAGES = Path(sysconfig.get_path("purelib"))


@pytest.mark.parametrize(
    ("file", "globs", "is_users"),
    [
        (PACKAGES / "ours/a.py", {}, False),
        (PACKAGES / "ours/a.py", {"include": ("*/site-packages/ours",)}, True),
        (PACKAGES / "ours/a.py", {"include": ("ours/*.py",), "exclude": ("*",)}, True),
        (PACKAGES / "theirs/a.py", {"include": ("*/site-packages/ours",)}, False),
        (SAMPLES / "made/a.py", {}, True),
        (SAMPLES / "made/a.py", {"exclude": ("made",)}, False),
        (SAMPLES / "made/a_pb2.py", {"exclude": ("*_pb2.py",)}, False),
        ("<string>", {"include": ("<string>",)}, True),
    ],
    ids=[
        "a package",
        "included",
        "included and excluded",
        "another one included",
        "a project's",
        "excluded",
        "excluded by its ending",
        "included without a file",
    ],
)
def test_case_37_include_and_exclude_override_both_ways(walker, not_samples, file, globs, is_users):
    globs = {"include": (), **globs}
    with Agent(
        walker=walker, **{**globs, "exclude": (*not_samples, *globs.get("exclude", ()), "*/exit_twin_a.py")}
    ) as agent:
        for _ in range(2):  # at first sight, and seen before
            sample.middleware(in_file(file, Library(agent.provider).call), None)

        innermost = [origin[0].function if origin else None for origin in agent.origins()]
    fallback = None if "*" in globs.get("exclude", ()) else "exit_shapes.middleware"
    assert innermost == ["made.made" if is_users else fallback] * 2


def test_case_38_a_folder_that_joins_the_search_path_later_is_judged_like_the_others(
    agent, library, tmp_path, monkeypatch
):
    late = tmp_path / "late"
    write(late / "latelib-1.0.dist-info/METADATA", "Name: latelib\n")
    write(late / "latelib-1.0.dist-info/RECORD", "latelib/__init__.py,,\n")
    own = write(tmp_path / "own_code/mine.py", "def work(call):\n    call()\n")
    sample.middleware(in_file(tmp_path / "first.py", library.call), None)

    monkeypatch.setattr(sys, "path", [*sys.path, str(late), str(own.parent)])
    sample.middleware(in_file(late / "latelib/__init__.py", library.call), None)
    sample.middleware(in_file(own, library.call), None)

    middleware = "exit_shapes.middleware"
    assert [[found.function for found in origin] for origin in agent.origins()] == [
        ["made.made", middleware],
        [middleware],
        ["made.made", middleware],
    ]


def test_case_38_a_relative_name_belongs_to_the_folder_the_program_began_in(walker, not_samples, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Agent(walker=walker, exclude=not_samples) as agent:
        os.chdir("/")

        in_file("app/views.py", Library(agent.provider).call)(None)

        [span] = agent.spans()
    assert span.attributes["code.file.path"] == str(tmp_path / "app/views.py")
