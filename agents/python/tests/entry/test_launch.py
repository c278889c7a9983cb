"""The environment that `spanorigin run` gives a command, what it names as missing, and what the doctor says."""

import json
from pathlib import Path

import pytest
from spanorigin import command, doctor, instrumentations, launch
from spanorigin.model import SettingError
from spanorigin.settings import Settings

HERE = Path("/srv/shop/orders")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("python checkout.py", "checkout"),
        ("python3.12 -X dev -u app.py", "orders"),
        ("python ../billing/main.py --port 1", "billing"),
        ("python -m billing.worker", "billing"),
        ("python -m flask --app billing run", "billing"),
        ("python -c pass", "orders"),
        ("/usr/bin/env", "env"),
        ("flask --app billing:create_app run", "billing"),
        ("flask run --debug", "orders"),
        ("uvicorn --host 0.0.0.0 --port 80 billing.main:app", "billing"),
        ("uvicorn main:app --workers 2", "orders"),
        ("gunicorn -w 2 -b 127.0.0.1:8000 billing.wsgi:application", "billing"),
        ("gunicorn -w 2 -b [::]:8000 billing.wsgi", "billing"),
        ("celery -A billing worker", "billing"),
        ("celery --app=billing.tasks worker", "billing"),
        ("./manage.py runserver", "orders"),
        ("start.sh", "start.sh"),
    ],
)
def test_a_service_is_named_after_its_script_or_application_or_else_its_folder(words, name):
    assert launch.service_name(words.split(), {}, HERE).rpartition("/")[2] == name


def test_what_the_user_set_is_kept():
    environ = {
        "OTEL_RESOURCE_ATTRIBUTES": "team=a,service.name=mine",
        "OTEL_TRACES_EXPORTER": "console",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "redis,django",
        "PYTHONPATH": "/a:/b",
    }

    child = launch.child_environment(["python", "x.py"], environ, Settings.from_environment(environ), HERE)

    changed = {name for name in environ if child[name] != environ[name]}
    assert changed == {"PYTHONPATH"}
    assert child["PYTHONPATH"].split(":") == [launch.STARTUP, "/a", "/b"]
    assert "OTEL_SERVICE_NAME" not in child
    assert launch.DEFERRED not in child


def test_starting_twice_adds_nothing_twice():
    once = launch.child_environment(["python", "x.py"], {}, Settings(), HERE)

    assert launch.child_environment(["python", "x.py"], once, Settings(), HERE) == once


@pytest.mark.parametrize("endpoint", ["localhost:4318", "ftp://a", "http://", "http://[::1", "http://a:port"])
def test_an_endpoint_that_is_no_address_is_refused(endpoint):
    with pytest.raises(SettingError, match="endpoint-not-an-address"):
        launch.child_environment(["python"], {}, Settings(endpoint=endpoint), HERE)


def test_a_library_without_its_instrumentation_is_named_with_the_command_that_installs_it():
    installed = {"flask": "3.1.0", "redis": "5.0", "opentelemetry-instrumentation-redis": "0.66b1", "click": "8.1.3"}

    lacking = instrumentations.missing(instrumentations.libraries(installed))

    assert [library.label for library in lacking] == ["flask"]
    assert doctor.install_command(lacking).startswith("pip install opentelemetry-instrumentation-flask==")


def test_a_library_that_an_instrumented_one_brings_along_is_not_named():
    installed = {"requests": "2.34", "urllib3": "2.8", "opentelemetry-instrumentation-requests": "0.66b1"}

    assert instrumentations.missing(instrumentations.libraries(installed)) == []
    alone, together = {"urllib3": "2.8"}, {"urllib3": "2.8", "requests": "2.34"}
    assert [it.label for it in instrumentations.missing(instrumentations.libraries(alone))] == ["urllib3"]
    assert [it.label for it in instrumentations.missing(instrumentations.libraries(together))] == ["requests"]


def test_a_version_that_an_instrumentation_does_not_take_is_named():
    installed = {"sqlalchemy": "99.0", "opentelemetry-instrumentation-sqlalchemy": "0.66b1"}

    found = instrumentations.libraries(installed)

    assert instrumentations.missing(found) == []
    assert [library.name for library in instrumentations.unserved(found)] == ["sqlalchemy"]


def test_the_packages_of_another_virtual_environment_are_looked_up_there(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\n")
    packages = tmp_path / "lib/python3.12/site-packages"
    (packages / "Flask-3.1.0.dist-info").mkdir(parents=True)
    (packages / "Flask-3.1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: Flask\nVersion: 3.1.0\n")
    program = tmp_path / "bin/serve"
    program.write_text("")
    program.chmod(0o755)

    place = instrumentations.environment_of([str(program)], None)

    assert place == (str(tmp_path), [str(packages)])
    assert instrumentations.installed_versions(place[1]) == {"flask": "3.1.0"}


def test_the_environment_of_a_shell_script_is_not_guessed():
    assert instrumentations.environment_of(["/bin/sh"], None) is None


def test_the_doctor_says_what_is_off_and_by_which_variable(tmp_path):
    environ = {"DD_CODE_ORIGIN_FOR_SPANS_ENABLED": "false", "SPANORIGIN_ENDPOINT": "http://127.0.0.1:1"}

    report = doctor.examine([], environ, tmp_path)

    text = doctor.as_text(report)
    assert not report.capture.accepted
    assert "off: DD_CODE_ORIGIN_FOR_SPANS_ENABLED says false" in text
    assert "Nothing answers at http://127.0.0.1:1" in text
    assert json.loads(json.dumps(doctor.as_data(report)))["capture"]["accepted"] is False


def test_the_doctor_says_which_places_are_the_users_and_why(tmp_path):
    report = doctor.examine([], {"SPANORIGIN_ENDPOINT": "http://127.0.0.1:1"}, tmp_path)

    verdicts = dict(report.roots)
    assert verdicts[str(tmp_path)].accepted
    assert not any(verdict.accepted for place, verdict in verdicts.items() if place.endswith("site-packages"))
    assert all(verdict.reason for verdict in verdicts.values())


def test_an_unknown_command_is_answered_with_the_nearest(capsys):
    assert command.main(["docter"]) == 2

    assert "Did you mean `spanorigin doctor`?" in capsys.readouterr().err


def test_a_command_of_a_distribution_that_is_not_installed_says_how_to_install_it(capsys, monkeypatch):
    monkeypatch.setattr(command, "_registered", dict)

    assert command.main(["up"]) == 2

    assert "pip install spanorigin-server" in capsys.readouterr().err
    assert command.main(["--help"]) == 0
    assert "needs spanorigin-server" in capsys.readouterr().out


def test_a_command_that_a_distribution_registers_is_called_with_its_arguments(monkeypatch):
    class Entry:
        def load(self):
            return lambda argv: 40 + len(argv)

    monkeypatch.setattr(command, "_registered", lambda: {"up": Entry()})

    assert command.main(["up", "--port", "1"]) == 42


@pytest.mark.parametrize(
    ("argv", "code", "slug"),
    [
        (["run", "--", "no-such-program-anywhere"], 127, "command-not-found"),
        (["run", "--", __file__], 126, "command-not-startable"),
    ],
)
def test_a_command_that_cannot_be_started_says_why_and_what_to_do(capsys, argv, code, slug):
    assert command.main(argv) == code

    assert f"[{slug}]" in capsys.readouterr().err
