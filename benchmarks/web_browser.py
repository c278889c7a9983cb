"""What the benchmarks of the web UI share: a server over data of their own, a Chromium, and clocks within the page.

The server is a process as `spanorigin up` starts it. The browser is the machine's (SPANORIGIN_CHROMIUM names another),
with a fresh profile a figure, so that no measurement finds the cache of the one before. Times are the page's own
(`performance.now()`, from the navigation's start) and end after the frame in which the thing is to be seen.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

ROUNDS = int(os.environ.get("ROUNDS", "3"))

# In every page before its own scripts. `after(seen)` is the moment after the frame in which `seen()` became true;
# `frames(step, count)` how long each frame's work took, from its beginning to the task after it, where `step(n)` is
# done in the n-th; `key(name)` presses one.
_CLOCKS = """
window.bench = {
  frame: () => new Promise((done) => requestAnimationFrame((begun) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done([begun, performance.now()]);
    channel.port2.postMessage(0);
  })),
  after: async (seen, limit = 60000) => {
    for (;;) {
      const isSeen = seen();
      const [, ended] = await bench.frame();
      if (isSeen) return ended;
      if (ended > limit) throw new Error('not seen within ' + limit + ' ms');
    }
  },
  frames: async (step, count) => {
    const took = [];
    await bench.frame();
    for (let n = 0; n < count; n++) {
      step(n);
      const [begun, ended] = await bench.frame();
      took.push(ended - begun);
    }
    return took;
  },
  key: (name) => document.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true })),
};
"""


class Serving:
    """A running server: where it listens, and how it is sent spans."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = address

    def cpu_ms(self) -> float:
        """CPU time of the server so far, all threads."""
        user, system = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK") * 1e3

    def send(self, body: bytes) -> None:
        """Post an OTLP request; comes back when it is stored."""
        request = urllib.request.Request(
            f"{self.address}/v1/traces", body, {"Content-Type": "application/x-protobuf"}, method="POST"
        )
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200


@contextmanager
def serving(*arguments: str, data: Path | None = None) -> Iterator[Serving]:
    """A server over `data`, or over an empty folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "spanorigin_server.command", "--port", "0", "--data", str(data or folder)]
        process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True, cwd=folder)
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().rpartition(":")[2])
            yield Serving(process, f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, without a window."""
    named = os.environ.get("SPANORIGIN_CHROMIUM")
    known = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    path = next((found for name in known if (found := shutil.which(name))), None)
    if path is None:
        raise SystemExit("No Chromium: install one (Debian: apt install chromium), or name it in SPANORIGIN_CHROMIUM.")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-background-networking", "--enable-precise-memory-info"]
        browser = playwright.chromium.launch(executable_path=path, args=[*flags, "--js-flags=--expose-gc"])
        yield browser
        browser.close()


@contextmanager
def page_of(browser: Browser, serving: Serving) -> Iterator[Page]:
    """A page in a profile of its own, 1440 by 900. Fails when the page did."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=serving.address)
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.add_init_script(_CLOCKS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert not problems, problems


def median_of(measure: Callable[[], float], rounds: int = ROUNDS) -> float:
    """The median of some rounds."""
    return statistics.median(measure() for _ in range(rounds))


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


def opened_ms(page: Page, path: str, seen: str) -> float:
    """From the navigation's beginning to the frame in which `seen` (an expression of the page) is true."""
    page.goto(path, wait_until="commit")
    return float(page.evaluate(f"bench.after(() => {seen})"))


_measured: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


def cpu_ms(page: Page) -> float:
    """CPU time of the page's main thread since this was first asked: a wait says more of what else the machine does."""
    session = _measured.get(page)
    if session is None:
        # One for each page: what is counted begins anew with each session that asks.
        session = _measured[page] = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"]) * 1e3


def heap_mb(page: Page) -> float:
    """What the page's scripts hold after a collection of garbage."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: dict[str, Any] = session.send("Runtime.getHeapUsage")
    # Typed arrays lie outside of what is called used.
    return float(used["usedSize"] + used.get("backingStorageSize", 0)) / 2**20
