"""What it costs that a running process can be asked and switched: the door while nobody knocks, an answer, a switch."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from figures import Figure, report
from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from spanorigin import agent
from spanorigin.door import Door
from spanorigin.report import answer
from spanorigin.settings import Settings
from spanorigin.switches import Wish

ROUNDS = 60


def figures() -> Iterator[Figure]:
    """CPU times of the whole process, so that the door's thread is counted too."""
    provider = TracerProvider(shutdown_on_exit=False)
    app = Flask("shop")
    app.add_url_rule("/", view_func=lambda: "home")
    FlaskInstrumentor().instrument_app(app, tracer_provider=provider)
    agent.install(provider, settings=Settings(door="off"))
    app.test_client().get("/")
    yield Figure("live.switch_us", _us(_switch), "us", "switching capture off and on again, in all of its parts")
    yield Figure("live.report_us", _us(lambda: answer({"ask": "report"})), "us", "what the doctor's question costs")
    agent.uninstall()
    with tempfile.TemporaryDirectory() as folder:
        yield from _of_the_door(Path(folder) / "doors")


def _of_the_door(folder: Path) -> Iterator[Figure]:
    def opened_and_closed() -> None:
        door = _open(folder)
        door.close()

    yield Figure("live.door_us", _us(opened_and_closed), "us", "opening and closing the door")
    forked = _us(_fork)
    resident = _resident_kb()
    door = _open(folder)
    yield Figure("live.door_kb", _resident_kb() - resident, "kB", "resident memory of an open door")
    before = time.process_time_ns()
    time.sleep(2)
    yield Figure("live.idle_us", (time.process_time_ns() - before) / 2000, "us/s", "an open door while nobody knocks")

    def fork_and_open_again() -> None:
        _fork()
        _wait_for(door)

    yield Figure("live.fork_us", _us(fork_and_open_again) - forked, "us", "added to a fork of the parent, door open")
    door.close()


def _open(folder: Path) -> Door:
    door = Door(str(folder), _say_nothing, print, opens_after=0)
    door.open()
    _wait_for(door)
    return door


def _say_nothing(_: object) -> dict[str, Any]:
    return {}


def _wait_for(door: Door) -> None:
    while not door.verdict.accepted:
        time.sleep(0.0005)


def _fork() -> None:
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)


def _switch() -> None:
    agent.switch(Wish(enabled=False))
    agent.switch(Wish(enabled=True))


def _us(call: Callable[[], object]) -> float:
    """Median CPU time of the process."""
    call()
    taken = []
    for _ in range(ROUNDS):
        before = time.process_time_ns()
        call()
        taken.append(time.process_time_ns() - before)
    return statistics.median(taken) / 1000


def _resident_kb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


if __name__ == "__main__":
    report(figures)
