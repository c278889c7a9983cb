"""What the server spends on source: a file of 2,000 lines for the first time and again, a preview, a large change."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from figures import Figure, report
from spanorigin_server.source.files import Files
from spanorigin_server.source.preview import Frame, Previewer
from spanorigin_server.source.repositories import Repositories

LINES, FILES, ROUNDS = 2_000, 200, 5
SOURCES = Path(__file__).resolve().parent.parent / "server" / "src"


def figures() -> Iterator[Figure]:
    """Milliseconds of this process's CPU, medians of a few rounds; real Python, put together from our own."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "shop"
        base, head = _repository(root)
        cold = [_cpu_ms(lambda: _shown(_files(root))) for _ in range(ROUNDS)]
        files, repositories = _files(root), Repositories.at([root])
        _shown(files)
        warm = [_cpu_ms(lambda: _shown(files)) for _ in range(ROUNDS)]
        previewer, frame = Previewer(repositories), Frame("/srv/big.py", "big.py", 900, "")
        previewer.preview(frame, "", head, 5)
        preview = [_cpu_ms(lambda: previewer.preview(frame, "", head, 5)) for _ in range(ROUNDS)]
        change = [_cpu_ms(lambda: msgspec.json.encode(_files(root).changes("shop", base, head))) for _ in range(3)]
    yield _figure("source.file_cold_ms", cold, f"a file of {LINES} lines for the first time")
    yield _figure("source.file_warm_ms", warm, "the same again")
    yield _figure("source.preview_warm_ms", preview, "a preview of 11 of its lines")
    yield _figure("source.change_ms", change, f"a change of {FILES} files")


def _figure(name: str, rounds: list[float], what: str) -> Figure:
    return Figure(name, round(statistics.median(rounds), 2), "ms", f"{what}, CPU")


def _cpu_ms(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1e3


def _files(root: Path) -> Files:
    return Files(Repositories.at([root]))


def _shown(files: Files) -> bytes:
    return msgspec.json.encode(files.file("shop", "", "big.py"))


def _repository(root: Path) -> tuple[str, str]:
    """Two commits: a long file, and many that differ by a few lines."""
    texts = [file.read_text() for file in sorted(SOURCES.rglob("*.py")) if file.stat().st_size]
    lines = [line for text in texts for line in text.splitlines() if not line.startswith("from __future__")]
    root.mkdir()
    _git(root, "init", "--quiet")
    (root / "big.py").write_text("\n".join(lines[:LINES]) + "\n")
    for number in range(FILES):
        (root / f"file{number}.py").write_text(texts[number % len(texts)] + f"# {number}\n")
    base = _commit(root)
    for number in range(FILES):
        (root / f"file{number}.py").write_text("import os\n" + texts[number % len(texts)] + f"# {number} again\n")
    return base, _commit(root)


def _commit(root: Path) -> str:
    _git(root, "add", "--all")
    _git(root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "a change")
    return _git(root, "rev-parse", "HEAD")


def _git(root: Path, *arguments: str) -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    ran = subprocess.run(["git", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


if __name__ == "__main__":
    report(figures)
