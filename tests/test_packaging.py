"""What a user installs: wheels that hold the web UI, need no Node, and bring no more than they must."""

import email
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def server_wheel(tmp_path_factory):
    return build_wheel(ROOT / "server", tmp_path_factory.mktemp("server-wheel"))


def build_wheel(distribution: Path, folder: Path, environment: dict[str, str] | None = None) -> Path:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            folder,
            distribution,
        ],
        check=True,
        env=environment,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def path_without_node() -> str:
    return os.pathsep.join(
        folder for folder in os.environ["PATH"].split(os.pathsep) if shutil.which("node", path=folder) is None
    )


def test_the_servers_wheel_serves_the_web_ui_on_a_machine_without_node(server_wheel, tmp_path):
    site = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, server_wheel], check=True
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = "import sys; from spanorigin_server.command import main; sys.exit(main())"
    server = subprocess.Popen(
        [sys.executable, "-c", command, "--port", str(port), "--data", str(tmp_path / "data")],
        env={**os.environ, "PATH": path_without_node(), "PYTHONPATH": str(site)},
        cwd=tmp_path,
    )
    try:
        page = wait_for_page(f"http://127.0.0.1:{port}/", server)
        scripts = [part for part in page.split('"') if part.startswith("/assets/") and part.endswith(".js")]
        sizes = [len(urllib.request.urlopen(f"http://127.0.0.1:{port}{script}").read()) for script in scripts]
        assert max(sizes) > 10_000
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0


def wait_for_page(url: str, server: subprocess.Popen) -> str:
    for _ in range(300):
        assert server.poll() is None, "the server ended before it answered"
        try:
            with urllib.request.urlopen(url) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer within 30 s")


def test_the_servers_source_distribution_builds_without_the_checkout_and_without_node(server_wheel, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", tmp_path, ROOT / "server"],
        check=True,
        capture_output=True,
    )
    (sdist,) = tmp_path.glob("*.tar.gz")
    shutil.unpack_archive(sdist, tmp_path / "unpacked")
    (sources,) = (tmp_path / "unpacked").iterdir()

    rebuilt = build_wheel(sources, tmp_path / "wheel", {**os.environ, "PATH": path_without_node()})

    assert sorted(zipfile.ZipFile(rebuilt).namelist()) == sorted(zipfile.ZipFile(server_wheel).namelist())


def test_the_agent_needs_the_opentelemetry_api_and_sdk_alone(tmp_path):
    wheel = zipfile.ZipFile(build_wheel(ROOT / "agents/python", tmp_path))
    (metadata,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]

    required = email.message_from_bytes(wheel.read(metadata)).get_all("Requires-Dist", [])

    assert sorted(line.split(">")[0] for line in required if "extra ==" not in line) == [
        "opentelemetry-api",
        "opentelemetry-sdk",
    ]
