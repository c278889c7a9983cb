"""`spanorigin run` in child processes, against a real OTLP/HTTP receiver."""

import json
import signal
import sys

import pytest
from entry_processes import (
    BIN,
    CLIENT,
    RUN,
    SERVER,
    assert_named,
    environment,
    free_port,
    is_home,
    is_the_call,
    run_to_its_end,
    started,
)
from entry_support import ask

SPANORIGIN = [BIN / "spanorigin", "run", "--"]


@pytest.mark.parametrize(
    ("command", "file", "service"),
    [
        (["python", "flask_app.py"], "flask_app.py", "flask_app"),
        (["flask", "--app", "flask_app", "run", "-p", "PORT", "--debug"], "flask_app.py", "flask_app"),
        (["gunicorn", "-w", "2", "-b", "127.0.0.1:PORT", "flask_app:app"], "flask_app.py", "flask_app"),
        (["uvicorn", "--port", "PORT", "--workers", "2", "asgi_app:app"], "asgi_app.py", "asgi_app"),
        (["python", "site/manage.py", "runserver", "PORT"], "site/backoffice/urls.py", "site"),
        (
            ["gunicorn", "-w", "2", "--chdir", "site", "-b", "127.0.0.1:PORT", "backoffice.wsgi"],
            "site/backoffice/urls.py",
            "backoffice",
        ),
    ],
)
def test_a_server_started_in_any_usual_way_sends_entry_and_exit_origins(receiver, command, file, service):
    port = free_port()
    command = [word.replace("PORT", str(port)) for word in command]

    with started([*SPANORIGIN, *command], environment(receiver, PORT=str(port)), port) as process:
        status, body = ask(f"http://127.0.0.1:{port}/")
        assert status == 200, b"".join(process.output)
        call = receiver.wait_for(CLIENT, is_the_call)
        entry = receiver.wait_for(SERVER, is_home)

    module = {"flask_app.py": "flask_app", "asgi_app.py": "asgi_app"}.get(file, "backoffice.urls")
    module = "__main__" if command[:2] == ["python", "flask_app.py"] else module
    assert_named(entry, "entry", RUN / file, "home", f"{module}.home")
    assert_named(call, "exit", RUN / file, "call", f"{module}.home")
    assert entry[1]["service.name"] == service
    assert json.loads(body)["pid"]


@pytest.mark.parametrize(
    ("command", "file"),
    [(["python", "script.py"], "script.py"), (["python", "-m", "module"], "module/__main__.py")],
)
def test_a_script_that_ends_sends_its_spans(receiver, command, file):
    done = run_to_its_end([*SPANORIGIN, *command], environment(receiver))

    assert done.returncode == (7 if file == "script.py" else 0), done.stderr
    assert_named(receiver.wait_for(CLIENT), "exit", RUN / file, "call", "__main__.<module>")


def test_switched_off_the_command_runs_plainly_and_nothing_is_installed(receiver):
    done = run_to_its_end([*SPANORIGIN, "python", "script.py"], environment(receiver, SPANORIGIN_ENABLED="false"))

    said = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (7, "")
    assert said["ours"] == []
    assert not said["traced"]
    assert receiver.spans == []


def test_datadogs_switch_turns_it_off_too(receiver):
    environ = environment(receiver, DD_CODE_ORIGIN_FOR_SPANS_ENABLED="false")

    done = run_to_its_end([*SPANORIGIN, "python", "script.py"], environ)

    assert json.loads(done.stdout)["ours"] == []


def test_a_users_own_sitecustomize_still_runs(receiver, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.set_by_sitecustomize = __name__\n")

    done = run_to_its_end([*SPANORIGIN, "python", "script.py"], environment(receiver, PYTHONPATH=str(tmp_path)))

    assert json.loads(done.stdout)["set_by_sitecustomize"] == "sitecustomize"
    assert receiver.wait_for(CLIENT)


def test_a_sitecustomize_that_fails_fails_as_it_would_without_us(receiver, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("raise LookupError('the users own trouble')\n")

    done = run_to_its_end([*SPANORIGIN, "python", "script.py"], environment(receiver, PYTHONPATH=str(tmp_path)))

    assert done.returncode == 7
    assert "the users own trouble" in done.stderr
    assert receiver.wait_for(CLIENT)


def test_a_program_started_by_the_program_is_traced_like_it(receiver):
    code = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, 'script.py'], stdout=subprocess.DEVNULL))"

    done = run_to_its_end([*SPANORIGIN, "python", "-c", code], environment(receiver))

    assert done.returncode == 7
    assert_named(receiver.wait_for(CLIENT), "exit", RUN / "script.py", "call", "__main__.<module>")


def test_signals_reach_the_program_itself(receiver):
    port = free_port()
    with started([*SPANORIGIN, "python", "flask_app.py"], environment(receiver, PORT=str(port)), port) as process:
        assert json.loads(ask(f"http://127.0.0.1:{port}/")[1])["pid"] == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM


def test_a_server_that_does_not_answer_disturbs_nobody(receiver):
    environ = environment(receiver, SPANORIGIN_ENDPOINT=f"http://127.0.0.1:{free_port()}")

    done = run_to_its_end([*SPANORIGIN, "python", "script.py"], environ)

    assert done.returncode == 7
    assert done.stderr.count("[endpoint-not-answering]") == 1
    assert "Traceback" not in done.stderr


def test_what_the_user_set_stays(receiver):
    environ = environment(
        receiver,
        OTEL_SERVICE_NAME="mine",
        OTEL_EXPORTER_OTLP_ENDPOINT=receiver.address,
        OTEL_RESOURCE_ATTRIBUTES="service.version=9",
        SPANORIGIN_ENDPOINT="http://127.0.0.1:1",
    )

    run_to_its_end([*SPANORIGIN, "python", "script.py"], environ)

    _, resource = receiver.wait_for(CLIENT)
    assert (resource["service.name"], resource["service.version"]) == ("mine", "9")


def test_a_setting_that_means_nothing_is_told_before_anything_starts(receiver):
    done = run_to_its_end([*SPANORIGIN, "python", "script.py"], environment(receiver, SPANORIGIN_MAX_FRAMES="many"))

    assert done.returncode == 2
    assert "SPANORIGIN_MAX_FRAMES is 'many'" in done.stderr
    assert done.stdout == ""


def test_an_interpreter_without_the_agent_runs_the_program_and_says_so_once(receiver, tmp_path):
    bare = tmp_path / "python-without-packages"
    bare.symlink_to(sys.base_prefix + "/bin/python3")

    done = run_to_its_end([*SPANORIGIN, bare, "-S", "-c", "print(1)"], environment(receiver))
    told = run_to_its_end([*SPANORIGIN, bare, "-s", "-c", "print(1)"], environment(receiver))

    assert (done.returncode, done.stdout) == (0, "1\n")
    assert (told.returncode, told.stdout) == (0, "1\n")
    assert told.stderr.count("[agent-not-in-this-python]") == 1
