"""Case 22: tools that watch a program see what they always saw, and the program's origins stay what they were."""

import bdb
import contextlib
import json
import os
import subprocess
import sys

import coverage
import exit_shapes as sample
import pytest
from case_support import needs_package
from exit_support import SAMPLES, frame

PROGRAM = SAMPLES / "case_beside.py"
HAS_MONITORING = sys.version_info >= (3, 12)
needs_monitoring = pytest.mark.skipif(not HAS_MONITORING, reason="sys.monitoring came with 3.12")


def output(command, walker, typed="", **variables):
    """What the program prints when a tool runs it, which is told what is `typed`."""
    done = subprocess.run(
        [sys.executable, *command, str(PROGRAM), walker],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **variables},
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def origins(printed):
    """What the program says of its origins."""
    [told] = [line for line in printed.splitlines() if line.startswith("[[")]
    return json.loads(told)


def run(command, walker, **variables):
    return origins(output(command, walker, **variables))


def expected():
    file, lines = str(PROGRAM), PROGRAM.read_text().splitlines()
    line = {
        mark: n
        for n, text in enumerate(lines, 1)
        for mark in ("pays", "gathers", "view")
        if text.endswith(f"# <- {mark}")
    }
    qualified = sys.version_info >= (3, 11)
    view = "handler.<locals>.view" if qualified else "view"
    call = [line["pays"], f"{file}:{line['pays']} __main__.pays\n{file}:{line['view'] + 1} __main__.{view}"]
    return [call, call, [line["view"], None], [line["gathers"], None], [line["gathers"], None]]


def test_case_22_without_a_tool_the_program_has_its_origins(walker):
    assert run([], walker) == expected()


@pytest.mark.parametrize("core", ["ctrace", "pytrace", pytest.param("sysmon", marks=needs_monitoring)])
def test_case_22_coverage_counts_the_same_lines_and_origins_stay(core, tmp_path):
    def measured(walker):
        file = str(tmp_path / walker)
        told = run(["-m", "coverage", "run", f"--data-file={file}", f"--include={PROGRAM}"], walker, COVERAGE_CORE=core)
        data = coverage.CoverageData(file)
        data.read()
        return told, set(data.lines(str(PROGRAM)))

    on, lines_with_us = measured("auto")
    off, lines_without_us = measured("off")

    assert (on, off) == (expected(), [[None, None]] * 5)
    # What the program does with and without us differs in its last function only.
    last = PROGRAM.read_text().splitlines().index("def main(walker):") + 1
    assert {line for line in lines_with_us ^ lines_without_us if line < last} == set()
    assert {line for line, _ in expected()} <= lines_with_us


@pytest.mark.parametrize(
    "command",
    [["-m", "cProfile", "-o", os.devnull], ["-X", "dev"]],
    ids=["cProfile", "dev"],
)
def test_case_22_profilers_and_modes_of_the_interpreter_change_no_origin(command):
    assert run(command, "auto") == expected()


def test_case_22_debugpy_changes_no_origin():
    needs_package("debugpy")

    assert run(["-Xfrozen_modules=off", "-m", "debugpy", "--listen", "127.0.0.1:0"], "auto") == expected()


def test_case_22_pdb_stops_and_goes_on_and_changes_no_origin():
    line = expected()[0][0]
    typed = f"break {PROGRAM}:{line}\ncontinue\nstep\nreturn\ncontinue\ncontinue\nquit\n"

    printed = output(["-m", "pdb"], "auto", typed)

    assert printed.count(f"> {PROGRAM}({line})pays()") == 2
    told = origins(printed.replace("(Pdb) ", ""))
    assert told == expected()


class Stops(bdb.Bdb):
    """A debugger that goes on from each stop by itself, and remembers where it stopped."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def user_line(self, frame_):
        if self.break_here(frame_):
            self.seen.append((frame_.f_code.co_name, frame_.f_lineno, sorted(frame_.f_locals)))
        self.set_step()


def test_case_22_a_debugger_stops_where_it_would_without_us(agent, library):
    from spanorigin import agent as house

    place = frame("exit_shapes", "over-lines", "over_lines")

    def stops():
        debugger = Stops()
        debugger.set_break(str(SAMPLES / "exit_shapes.py"), place.line)
        with _tracing_restored():
            debugger.runcall(sample.over_lines, library.call)
        return debugger.seen

    with_us = stops()
    assert agent.origins() == [[place]]
    house.uninstall()
    without_us = stops()
    house.install(agent.provider, settings=agent.settings)

    assert with_us == without_us == [("over_lines", place.line, ["call"])]


def test_case_22_trace_and_profile_functions_see_every_line_and_call_of_the_users(agent, library):
    from spanorigin import agent as house

    def seen():
        events = []

        def watch(frame_, event, argument):
            if frame_.f_code.co_filename == sample.__file__:
                events.append((event, frame_.f_code.co_name, frame_.f_lineno))
            return watch

        with _tracing_restored():
            sys.settrace(watch)
            sys.setprofile(lambda *arguments: watch(*arguments) and None)
            sample.pulling(library.call)
        return events

    first = seen()
    found = agent.origins()
    house.uninstall()
    without_us = seen()
    house.install(agent.provider, settings=agent.settings)

    assert first == without_us
    assert len(first) > 10
    assert found == [[frame("exit_shapes", "generator", "in_a_generator"), frame("exit_shapes", "pulling", "pulling")]]


@needs_monitoring
def test_case_22_other_monitoring_tools_see_what_they_always_saw(agent, library):
    from spanorigin import agent as house

    monitoring = sys.monitoring
    tool, events = 3, monitoring.events

    def seen():
        lines = []
        monitoring.use_tool_id(tool, "another tool")
        try:
            monitoring.register_callback(tool, events.LINE, lambda code, line: lines.append((code.co_name, line)))
            monitoring.set_local_events(tool, sample.two_sites.__code__, events.LINE)
            sample.two_sites(library.call)
            monitoring.set_local_events(tool, sample.two_sites.__code__, 0)
        finally:
            monitoring.free_tool_id(tool)
        return lines

    with_us = seen()
    found = agent.origins()
    house.uninstall()
    without_us = seen()
    house.install(agent.provider, settings=agent.settings)

    sites = [frame("exit_shapes", mark, "two_sites") for mark in ("first-site", "second-site")]
    assert with_us == without_us == [("two_sites", site.line) for site in sites]
    assert found == [[site] for site in sites]


@needs_monitoring
def test_case_22_with_every_monitoring_tool_taken_origins_come_all_the_same(walker, not_samples):
    from exit_support import Agent, Library

    free = [tool for tool in range(6) if sys.monitoring.get_tool(tool) is None]
    for tool in free:
        sys.monitoring.use_tool_id(tool, "another tool")
    try:
        with Agent(walker=walker, exclude=not_samples, discovery=True) as agent:
            sample.plain(Library(agent.provider).call)

            assert agent.origins() == [[frame("exit_shapes", "plain", "plain")]]
            assert agent.failures() == {}
    finally:
        for tool in free:
            sys.monitoring.free_tool_id(tool)


@contextlib.contextmanager
def _tracing_restored():
    """A tool that measures these tests may have a trace function of its own in place."""
    tracing, profiling = sys.gettrace(), sys.getprofile()
    try:
        yield
    finally:
        sys.settrace(tracing)
        sys.setprofile(profiling)
