"""Which walker is taken, and what is said of it."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from spanorigin import agent, emit
from spanorigin.model import SettingError
from spanorigin.origin.walk import Rules, choose_walker, compiled
from spanorigin.origin.walk.self_test import differing_shape
from spanorigin.settings import Settings
from spanorigin.source import Sources
from walkers_support import missing_walker


def chosen(wanted="auto"):
    settings = Settings()
    walker, why = choose_walker(Sources(settings), Rules.of(settings, (), emit.exit_attributes), wanted)
    return type(walker).__name__, why


@pytest.fixture
def loads(monkeypatch):
    """Lets the test say which extension modules there are."""
    real = compiled.load

    def only(*kinds):
        monkeypatch.setattr(compiled, "load", lambda kind: real(kind) if kind in kinds else f"no {kind} here")

    return only


def test_raw_frames_come_first_and_say_why():
    if missing_walker("raw"):
        pytest.skip(missing_walker("raw"))

    assert chosen() == (
        "CompiledWalker",
        "C over raw interpreter frames: the quickest, and it sees what sys._getframe sees",
    )


def test_public_frames_come_next_and_say_what_was_passed_over(loads):
    if missing_walker("public"):
        pytest.skip(missing_walker("public"))
    loads("public")

    assert chosen() == ("CompiledWalker", "C over the public frame API: raw: no raw here")


@pytest.mark.parametrize("wanted", ["auto", "raw"])
def test_python_comes_last_and_says_all_that_was_passed_over(loads, wanted):
    loads()
    asked = "" if wanted == "auto" else "raw was asked for; "

    assert chosen(wanted) == ("PythonWalker", f"pure Python: {asked}raw: no raw here; public: no public here")


def test_a_walker_that_is_asked_for_is_taken():
    if missing_walker("public"):
        pytest.skip(missing_walker("public"))

    assert chosen("public") == ("CompiledWalker", "C over the public frame API: public was asked for")
    assert chosen("python") == ("PythonWalker", "pure Python: python was asked for")


def test_the_setting_reaches_the_agent_and_its_status_names_the_walker():
    provider = TracerProvider(shutdown_on_exit=False)
    settings = Settings.from_environment({"SPANORIGIN_WALKER": "Python"})

    installation = agent.install(provider, settings=settings)
    agent.uninstall()

    assert installation.walker == "pure Python: python was asked for"


def test_another_word_is_refused():
    with pytest.raises(SettingError, match=r"Give auto, raw, public or python, or unset it\. \[setting-not-a-choice\]"):
        Settings.from_environment({"SPANORIGIN_WALKER": "fast"})


@pytest.mark.parametrize("kind", ["raw", "public"])
def test_each_walker_here_sees_what_sys_getframe_sees(kind):
    if missing_walker(kind):
        pytest.skip(missing_walker(kind))

    assert differing_shape(compiled.load(kind).stack) is None


def left_out(stack):
    return stack[:1] + stack[2:]


def without_its_end(stack):
    return stack[:-1]


def one_instruction_late(stack):
    return [(code, offset + 2) for code, offset in stack]


def equal_but_other_code(stack):
    return stack[:2] + [(code.replace(), offset) for code, offset in stack[2:]]


def short_when_deep(stack):
    return stack[:250]


@pytest.mark.parametrize(
    "lie", [left_out, without_its_end, one_instruction_late, equal_but_other_code, short_when_deep]
)
def test_a_walker_that_sees_another_stack_is_found_out(lie):
    def read():
        frame, stack = sys._getframe(1), []
        while frame is not None:
            stack.append((frame.f_code, frame.f_lasti))
            frame = frame.f_back
        return lie(stack)

    assert differing_shape(read) == ("deep" if lie is short_when_deep else "nested")


def test_a_walker_that_fails_its_test_gives_way():
    program = """
if True:
    from spanorigin.origin.walk import compiled, self_test
    compiled.differing_shape = lambda read: "generator"
    print(compiled.load("public"))
    """
    if missing_walker("public"):
        pytest.skip(missing_walker("public"))

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert said.stdout.strip() == "its self-test saw another stack than sys._getframe does (generator)", said.stderr


@pytest.mark.parametrize(
    "wrong",
    [{"max_frames": 0}, {"max_frames": 65}, {"depth_limit": 0}, {"frame_gap": -1}, {"max_frames": "many"}],
)
def test_a_walker_in_c_refuses_rules_that_mean_nothing(wrong):
    if missing_walker("public"):
        pytest.skip(missing_walker("public"))
    rules = Rules(**{"max_frames": 8, "depth_limit": 9, "frame_gap": 8, "borders": (), "prepare": dict, **wrong})

    with pytest.raises((ValueError, TypeError)):
        compiled.CompiledWalker(compiled.load("public"), Sources(Settings()), rules)
