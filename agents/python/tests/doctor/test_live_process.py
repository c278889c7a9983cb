"""`spanorigin doctor PID` and `spanorigin capture`, asked of real programs in processes of their own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from importlib.metadata import version

import flask
import pytest
from doctor_support import BIN, SAMPLES, wait_until
from spanorigin.doctor import asking
from spanorigin.door.places import door_in, doors

SERVICE = SAMPLES / "live_service.py"


@pytest.fixture(scope="module")
def service(processes):
    return processes.service(SPANORIGIN_MAX_FRAMES="5").pid


def test_the_report_tells_all_that_the_agent_does(spanorigin, service):
    code, out, _ = spanorigin("doctor", "--json", service)

    said = json.loads(out)
    assert (code, said["problems"]) == (0, [])
    assert (said["pid"], said["service"]) == (service, "live-service")
    assert said["command"][-1] == str(SERVICE)
    assert [said["capture"][name]["accepted"] for name in ("enabled", "entry", "exit")] == [True] * 3
    assert said["captures"] == 20
    assert said["walker"]
    assert said["attaching"].startswith("directly")
    assert said["exporting"]["reason"] == "plain encoding: no OTLP protobuf exporter has been loaded"
    assert said["budget"]["accepted"]
    assert said["failures"] == []


def test_each_setting_comes_with_what_set_it(spanorigin, service, processes):
    said = json.loads(spanorigin("doctor", service, "--json")[1])

    by_name = {each["name"]: (each["value"], each["source"]) for each in said["settings"]}
    assert by_name["max_frames"] == (5, "SPANORIGIN_MAX_FRAMES")
    assert by_name["depth_limit"] == (2000, "default")
    assert by_name["door"] == (str(processes.doors), "SPANORIGIN_DOOR")


def test_spans_without_an_origin_are_shown_with_their_reason(spanorigin, service):
    said = json.loads(spanorigin("doctor", service, "--json")[1])

    assert [(each["reason"], each["count"]) for each in said["misses"]] == [("launched-elsewhere", 3)]
    assert [(each["name"], each["kind"], each["scope"]) for each in said["newest"]] == [
        ("PING", "client", "somelibrary")
    ] * 3
    assert all(re.fullmatch("[0-9a-f]{32}", each["trace_id"]) for each in said["newest"])


def test_frameworks_are_named_by_distribution_and_version_with_the_hooks_in_them(spanorigin, service):
    _, out, _ = spanorigin("doctor", service)

    assert re.search(rf"^  Flask {re.escape(version('flask'))} +1 hook$", out, re.MULTILINE), out
    assert re.search(r"^  not loaded +django, ", out, re.MULTILINE)


def test_the_verdict_on_a_file_is_the_processs_own(spanorigin, service):
    _, out, _ = spanorigin("doctor", service, "--file", flask.__file__, "--file", SERVICE, "--json")

    said = json.loads(out)
    assert [(each["file"], each["accepted"], each["reason"]) for each in said["asked_files"]] == [
        (flask.__file__, False, "flask is an installed package"),
        (str(SERVICE), True, "lies outside the standard library and the installed packages"),
    ]
    [own] = [each for each in said["files"]["verdicts"] if each["accepted"]]
    assert own["samples"] == [str(SERVICE)]


def test_the_page_begins_with_the_process_and_with_what_is_wrong(spanorigin, service):
    lines = spanorigin("doctor", service)[1].splitlines()

    assert lines[0] == f"Process {service}: {sys.executable} {SERVICE}"
    assert lines[1].startswith("service live-service · Python ")
    assert lines[3] == "No problems found."


def test_the_environments_page_lists_the_processes_that_answer(spanorigin, service):
    _, out, _ = spanorigin("doctor")
    assert re.search(rf"^  {service} +\S+ {re.escape(str(SERVICE))}  \(service live-service\)$", out, re.MULTILINE), out

    _, out, _ = spanorigin("doctor", "--json")
    assert service in [each["pid"] for each in json.loads(out)["processes"]]


def test_capture_is_turned_off_and_on_and_left_to_the_program_again(spanorigin, service):
    code, out, _ = spanorigin("capture", "off", "exits", service)
    assert code == 0
    assert re.fullmatch(
        rf"{service}  entries on: nothing speaks against it; exits off: switched off by spanorigin capture \(\S+\)\n",
        out,
    )
    code, out, _ = spanorigin("doctor", service)
    assert code == 1
    assert out.splitlines()[3] == "1 problem"
    assert f"→ spanorigin capture on exits {service}" in out

    code, out, _ = spanorigin("capture", "off", service)
    assert out.count("off: switched off by spanorigin capture") == 2
    assert spanorigin("capture", "on", service)[0] == 0
    code, out, _ = spanorigin("capture", "reset", service)

    assert (code, out) == (
        0,
        f"{service}  entries on: nothing speaks against it; exits on: nothing speaks against it\n",
    )


def test_a_variable_that_says_false_is_not_overruled_and_the_exit_code_says_so(spanorigin, processes):
    service = processes.service(SPANORIGIN_ENTRY="false").pid

    code, out, _ = spanorigin("capture", "on", "entries", service)

    assert code == 1
    assert "entries off: SPANORIGIN_ENTRY says false" in out
    code, out, _ = spanorigin("doctor", service)
    assert code == 1
    assert "Entries are not captured: SPANORIGIN_ENTRY says false." in out
    assert "→ Unset SPANORIGIN_ENTRY and start the process again" in out


def test_each_worker_of_a_server_that_forks_answers_for_itself(spanorigin, processes):
    command = [BIN / "spanorigin", "run", "--", BIN / "gunicorn", "-w", "2", "-b", "127.0.0.1:0", "flask_app:app"]
    folder = SAMPLES / "entry_run"
    before = set(doors(processes.doors))
    master = processes.start(
        *command[:4],
        "--chdir",
        folder,
        *command[4:],
        wait_for_ready=False,
        SPANORIGIN_ENDPOINT="http://127.0.0.1:1",
        OTEL_TRACES_EXPORTER="none",
    )
    workers = wait_until(lambda: _grown(processes, before | {master.pid}, 2))

    first, second = sorted(workers)
    assert spanorigin("capture", "off", first)[0] == 0

    for worker, is_on in ((first, False), (second, True)):
        said = json.loads(spanorigin("doctor", worker, "--json")[1])
        assert (said["pid"], said["capture"]["enabled"]["accepted"]) == (worker, is_on)


def _grown(processes, before, count):
    found = {pid for pid in doors(processes.doors) if pid not in before}
    return found if len(found) == count else None


def test_a_process_that_does_not_exist_says_so_and_its_door_is_cleared_away(spanorigin, processes):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    processes.doors.mkdir(mode=0o700, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(door_in(processes.doors, gone.pid)))

    code, _, error = spanorigin("doctor", gone.pid)

    assert code == 2
    assert f"There is no process {gone.pid}" in error
    assert "[process-not-found]" in error
    assert gone.pid not in doors(processes.doors)


def test_a_process_without_a_door_says_what_to_do(spanorigin):
    code, _, error = spanorigin("doctor", os.getpid())

    assert code == 2
    assert re.search(r"does not answer: .*Start it with `spanorigin run -- COMMAND`.*\[process-without-door\]", error)


def test_a_process_that_is_stopped_is_not_waited_for_for_ever(spanorigin, service, monkeypatch):
    monkeypatch.setattr(asking, "_SECONDS", 0.2)
    os.kill(service, signal.SIGSTOP)
    try:
        code, _, error = spanorigin("doctor", service)
        assert code == 2
        assert re.search(r"did not answer within 0.2 seconds.*\[process-not-answering\]", error)
        listed = json.loads(spanorigin("doctor", "--json")[1])["processes"]
        assert "does not answer" in next(each["error"] for each in listed if each["pid"] == service)
    finally:
        os.kill(service, signal.SIGCONT)


def test_a_folder_that_somebody_else_laid_is_not_believed(spanorigin, tmp_path, monkeypatch):
    """Another user may make /tmp/spanorigin-UID first, with doors that speak for processes of ours."""
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    laid = tmp_path / "laid"
    laid.mkdir(mode=0o755)
    with socket.socket(socket.AF_UNIX) as forged:
        forged.bind(str(door_in(laid, os.getpid())))
        forged.listen()
        os.chown(laid, 65534, 65534)
        monkeypatch.setenv("SPANORIGIN_DOOR", str(laid))

        assert "[process-without-door]" in spanorigin("doctor", os.getpid())[2]
        listed = json.loads(spanorigin("doctor", "--json")[1])["processes"]
    assert os.getpid() not in [each["pid"] for each in listed]


@pytest.mark.parametrize(
    ("words", "slug"),
    [(["capture", "on"], "no-process-named"), (["capture", "off", "exits"], "no-process-named")],
)
def test_a_switch_without_a_process_says_what_to_do(spanorigin, words, slug):
    code, _, error = spanorigin(*words)

    assert code == 2
    assert f"[{slug}]" in error


def test_a_process_that_has_gone_does_not_keep_the_others_from_being_switched(spanorigin, service):
    code, out, error = spanorigin("capture", "reset", 999_999_999, service)

    assert code == 1
    assert "[process-not-found]" in error
    assert out.startswith(f"{service}  entries on")


@pytest.mark.parametrize("words", [["doctor", "1", "--", "python"], ["capture", "on", "everything", "1"]])
def test_words_that_do_not_fit_are_refused(spanorigin, words, capsys):
    with pytest.raises(SystemExit) as refused:
        spanorigin(*words)

    assert refused.value.code == 2
    assert "usage: spanorigin" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error(service, processes):
    environ = {**os.environ, "SPANORIGIN_DOOR": str(processes.doors)}

    command = f"{BIN / 'spanorigin'} doctor {service} | head -1"
    done = subprocess.run(["sh", "-c", command], env=environ, capture_output=True, text=True, timeout=60)

    assert done.stderr == ""
    assert done.stdout.startswith("Process")
