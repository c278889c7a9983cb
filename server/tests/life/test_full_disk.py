"""A disk that runs full stops the taking of spans in words, and nothing else; with room again spans are taken again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.rpc.status_pb2 import Status
from spanorigin_server.ingest.otlp_grpc import METHOD
from spanorigin_server.room import MEBIBYTE, Room
from spanorigin_tests.otlp import request_of, span_of
from spanorigin_tests.processes import ServerProcess


class Disk:
    """A disk with so much free, and a clock."""

    def __init__(self, free_bytes: int) -> None:
        self.free_bytes = free_bytes
        self.now_s = 0.0
        self.looks = 0

    def free(self, _folder: Path) -> int:
        self.looks += 1
        return self.free_bytes

    def after(self, seconds: float, free_bytes: int) -> Disk:
        self.now_s += seconds
        self.free_bytes = free_bytes
        return self


def room_on(disk: Disk) -> Room:
    return Room(Path("/"), 1000, free=disk.free, now_s=lambda: disk.now_s)


def test_room_is_short_below_the_limit_and_there_again_a_tenth_above_it():
    disk = Disk(1000)
    room = room_on(disk)

    seen = [room.is_short]
    for free_bytes in (999, 1000, 1099, 1100, 1001):
        disk.after(1, free_bytes)
        seen.append(room.is_short)

    assert seen == [False, True, True, True, False, False]


def test_the_disk_is_not_asked_for_every_request():
    disk = Disk(5000)
    room = room_on(disk)

    for _ in range(1000):
        assert not room.is_short
        disk.now_s += 0.001

    assert disk.looks <= 5


def test_a_folder_that_cannot_be_looked_at_is_left_to_the_store():
    def gone(_folder: Path) -> int:
        raise FileNotFoundError

    assert not Room(Path("/"), 1000, free=gone).is_short


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 96 MB of its own; root alone may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96m", "none", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small disk takes the right to mount one")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def request(trace_id: bytes, spans: int, load_bytes: int = 100) -> bytes:
    made = (span_of(trace_id=trace_id, given={"load": os.urandom(load_bytes).hex()}) for _ in range(spans))
    return request_of(*made).SerializeToString()


def stored(server: ServerProcess) -> int:
    return server.get("/api/v1/health")["spans"]


def test_a_full_disk_stops_ingest_alone_and_everything_that_was_answered_is_there_once(small_disk):
    with ServerProcess(small_disk / "data", SPANORIGIN_MIN_FREE_MB="40") as server:
        trace_id = os.urandom(16)
        assert server.post(request(trace_id, 50)) == 200
        # Something else fills the disk.
        ballast = small_disk / "ballast"
        free = os.statvfs(small_disk)
        ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - 20 * MEBIBYTE))
        time.sleep(0.5)

        status, body, headers = server.request(
            "POST", "/v1/traces", request(os.urandom(16), 5), content_type="application/x-protobuf"
        )
        told = Status.FromString(body)
        health = server.get("/api/v1/health")
        port = next(door["port"] for door in health["listeners"] if door["protocol"] == "OTLP/gRPC")
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            call = channel.unary_unary(METHOD).future(request(os.urandom(16), 5), timeout=60)
            code = call.code()
        found = server.request("GET", f"/api/v1/traces/{trace_id.hex()}")[0]
        ballast.unlink()
        time.sleep(0.5)
        again = server.post(request(os.urandom(16), 7))
        after = server.get("/api/v1/health")

    assert (status, told.code, headers["retry-after"]) == (503, 8, "10")
    assert "[disk-full]" in told.message
    assert "MB free" in told.message
    assert (health["status"], health["spans"]) == ("full", 50)
    assert "SPANORIGIN_MIN_FREE_MB" in health["reason"]
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert found == 200
    assert (again, after["status"], after["spans"]) == (200, "ok", 57)
    assert "reason" not in after


def test_a_server_that_fills_its_disk_by_itself_stops_in_time_and_serves_on(small_disk):
    answered = 0
    statuses = set()
    with ServerProcess(small_disk / "data", SPANORIGIN_MIN_FREE_MB="30") as server:
        for _ in range(200):
            status = server.post(request(os.urandom(16), 25, load_bytes=40_000))
            statuses.add(status)
            if status != 200:
                break
            answered += 25
        kept = stored(server)
        code, _, errors = server.stop()
    with ServerProcess(small_disk / "data", SPANORIGIN_MIN_FREE_MB="30") as opened:
        kept_after = stored(opened)

    assert statuses == {200, 503}
    assert kept == kept_after == answered
    assert (code, errors) == (0, "")
