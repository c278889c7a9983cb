"""`make demo` as a user meets it: it says where to look, stops all it started, and explains itself when it cannot."""

import os
import signal
import socket
import subprocess
import sys

from .expected import PROJECT, SHOP
from .running import is_running, start_demo

DEMO = str(SHOP / "demo.py")
TRAFFIC = str(SHOP / "traffic.py")


def run(*command):
    return subprocess.run([sys.executable, *command], cwd=PROJECT, capture_output=True, text=True, timeout=180)


def test_it_says_where_to_look_and_stops_everything_when_its_time_is_over(tmp_path):
    demo = start_demo(tmp_path, "--for", "4")

    status = demo.running.process.wait(180)

    output = demo.running.output
    assert status == 0, output
    assert demo.server.address in output
    assert len(output.splitlines()) < 15, output
    assert set(demo.pids) == {"server", "admin", "orders", "web", "traffic"}
    assert not [name for name, pid in demo.pids.items() if is_running(pid)]
    assert not demo.logs.exists(), "its folder should go with it"


def test_when_a_service_dies_it_says_which_shows_its_log_and_stops_the_rest(tmp_path):
    demo = start_demo(tmp_path, "--no-traffic", "--data", str(tmp_path / "data"))

    os.kill(demo.pids["web"], signal.SIGKILL)
    status = demo.running.process.wait(180)

    output = demo.running.output
    assert status == 1, output
    assert "web ended by itself with status -9" in output
    assert "Application startup complete" in output
    assert not [name for name, pid in demo.pids.items() if is_running(pid)]


def test_it_refuses_a_port_in_use_and_says_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = run(DEMO, "--port", str(port))

    assert refused.returncode == 1
    assert f"Port {port} is in use" in refused.stderr
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_it_refuses_a_folder_that_it_cannot_use(tmp_path):
    (tmp_path / "file").touch()

    refused = run(DEMO, "--data", str(tmp_path / "file"))

    assert refused.returncode == 1
    assert f"{tmp_path / 'file'} cannot be used" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_when_the_usual_port_is_in_use_the_next_is_taken_and_named(demo_program, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        usual = taken.getsockname()[1]

        port = demo_program.server_port(None, usual)

    assert port > usual
    assert capsys.readouterr().out == f"Port {usual} is in use, so this server listens on {port}.\n"


def test_tracing_settings_of_the_shell_do_not_reach_the_demo(demo_program, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example:4318")
    monkeypatch.setenv("DD_CODE_ORIGIN_FOR_SPANS_ENABLED", "false")
    monkeypatch.setenv("SPANORIGIN_ENABLED", "false")

    kept = demo_program.plain_environment()

    assert not [name for name in kept if name.startswith(("OTEL_", "DD_", "SPANORIGIN_"))]


def test_traffic_makes_every_visit_as_it_should_be_answered(demo):
    once = run(TRAFFIC, *addresses(demo), "--once")

    assert (once.returncode, once.stderr) == (0, "")


def test_traffic_stops_by_itself_and_keeps_to_its_rate(demo):
    sent = run(TRAFFIC, *addresses(demo), "--rate", "10", "--duration", "3")

    assert sent.returncode == 0, sent.stderr
    assert 10 <= int(sent.stdout.split()[0]) <= 60


def test_traffic_goes_to_this_machine_only():
    refused = run(
        TRAFFIC, "--web", "http://shop.example", "--orders", "http://127.0.0.1:1", "--admin", "http://[::1]:1"
    )

    assert refused.returncode == 2
    assert "not on this machine" in refused.stderr


def addresses(demo):
    return [part for name, address in demo.addresses.items() for part in (f"--{name}", address)]
