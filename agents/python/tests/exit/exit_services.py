"""Real databases for tests: Redis, PostgreSQL, MariaDB of our own on free ports, in folders that go away."""

import importlib
import os
import shutil
import socket
import struct
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name, *folders):
    """The path of a program; where it is missing the test is skipped, and in CI it fails."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)]))
    if found is None:
        _do_without(name)
    return found


def the_module(name):
    """A module that is installed where it can be built; where it is missing the test is skipped, and in CI it fails."""
    try:
        return importlib.import_module(name)
    except ImportError:
        _do_without(name)


def _do_without(name):
    words = f"{name} is not installed on this machine, so nothing was shown about it"
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(words)


@contextmanager
def running_redis(folder):
    """The port of a Redis that keeps nothing."""
    port = free_port()
    command = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with running([*command, "--daemonize", "no"], port):
        yield port


@contextmanager
def running_postgres(folder):
    """The address of a PostgreSQL whose one user needs no password. As root, which it refuses, it runs as nobody."""
    port = free_port()
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    data = folder / "data"
    data.mkdir()
    options = {"env": {**os.environ, "LC_ALL": "C"}}
    if os.getuid() == 0:
        options |= {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(data, "nobody", "nogroup")
        for above in (folder, *folder.parents):
            if above.stat().st_uid == 0 and not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o011)
    command = [program("initdb", *folders), "-D", data, "-U", "tests", "-A", "trust", "--no-sync", "-E", "UTF8"]
    subprocess.run(command, check=True, capture_output=True, cwd="/", **options)
    settings = ["-c", "fsync=off", "-c", f"unix_socket_directories={data}", "-c", "listen_addresses=127.0.0.1"]
    with running([program("postgres", *folders), "-D", data, "-p", str(port), *settings], port, cwd="/", **options):
        _wait_until_it_takes_questions(port)
        yield f"postgresql://tests@127.0.0.1:{port}/postgres"


@contextmanager
def running_mariadb(folder):
    """The port of a MariaDB that knows no users, and so lets everyone in, and keeps what it has in a folder."""
    port = free_port()
    command = [program("mariadbd", "/usr/sbin"), "--no-defaults", f"--datadir={folder}", f"--port={port}"]
    command += ["--bind-address=127.0.0.1", f"--socket={folder}/s", f"--pid-file={folder}/pid", "--skip-grant-tables"]
    command += ["--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve"]
    # Without a user it refuses to run as root; it is asked for nothing that root could regret.
    command += ["--user=root"] if os.getuid() == 0 else []
    with running(command, port):
        yield port


def _wait_until_it_takes_questions(port, seconds=20):
    """PostgreSQL listens before it answers: until then it says that it is starting up."""
    words = struct.pack(">i", 196608) + b"user\0tests\0database\0postgres\0\0"
    end = time.monotonic() + seconds
    while True:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(struct.pack(">i", 4 + len(words)) + words)
            if connection.recv(1) == b"R":
                return
        assert time.monotonic() < end, "PostgreSQL does not answer"
        time.sleep(0.02)


@contextmanager
def running(command, port, **options):
    """A program that listens on `port` once this comes back, and is ended afterwards."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port, process, seconds=30):
    end = time.monotonic() + seconds
    while True:
        assert process.poll() is None, f"{process.args[0]} ended at once with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < end, f"{process.args[0]} does not listen on {port}"
            time.sleep(0.02)
