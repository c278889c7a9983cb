"""What the agent pays at first sight: making ready to judge files, and judging each new one.

Library files are this environment's own, so that folders of packages are really looked into.
"""

from __future__ import annotations

import statistics
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from figures import Figure, report
from spanorigin.settings import Settings
from spanorigin.source import Sources
from timing import pin_to_one_core

ROUNDS = 15


def figures() -> Iterator[Figure]:
    """Set-up, the first file of a folder of packages, and each further file of a library or of the user's."""
    pin_to_one_core()
    packages = [str(file) for file in sorted(Path(sysconfig.get_path("purelib")).rglob("*.py"))[:400]]
    own = [f"/srv/shop/app/part_{number}.py" for number in range(400)]
    yield Figure("cold.setup_us", _median_us(lambda: Sources(Settings())), "us", "making ready to judge files")
    yield Figure(
        "cold.folder_us", _median_us(lambda: Sources(Settings()).verdict(packages[0])), "us", "first file of a folder"
    )
    for label, files in (("library", packages), ("user", own)):
        yield Figure(f"cold.file_us[{label}]", _each_us(files), "us", "each new file after that")


def _median_us(call: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        before = time.thread_time_ns()
        call()
        taken.append((time.thread_time_ns() - before) / 1000)
    return round(statistics.median(taken), 2)


def _each_us(files: list[str]) -> float:
    taken = []
    for _ in range(ROUNDS):
        sources = Sources(Settings())
        sources.verdict(files[0])
        before = time.thread_time_ns()
        for file in files[1:]:
            sources.verdict(file)
        taken.append((time.thread_time_ns() - before) / 1000 / (len(files) - 1))
    return round(statistics.median(taken), 2)


if __name__ == "__main__":
    report(figures)
