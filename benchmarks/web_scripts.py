"""What a reader's browser loads of the web UI: the scripts as they lie gzipped beside the built pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, report

WEB = Path(__file__).resolve().parent.parent / "server" / "src" / "spanorigin_server" / "web"


def figures() -> Iterator[Figure]:
    """Kilobytes (of 1024 bytes) of scripts: what each page is opened with, and all there are."""
    sizes = {file.name.removesuffix(".gz"): file.stat().st_size / 1024 for file in WEB.rglob("*.js.gz")}
    page = (WEB / "index.html").read_text(encoding="utf-8")
    start = sum(sizes[name] for name in re.findall(r"/assets/([^\"]+\.js)", page))
    yield Figure("web.scripts_start_kb", round(start, 1), "kB", "scripts that every page starts with, gzipped")
    for name, needed in re.findall(r'data-(\w+)="([^"]+)"', page):
        kilobytes = start + sum(sizes[script] for script in needed.split())
        yield Figure(f"web.scripts_page_kb[{name}]", round(kilobytes, 1), "kB", f"scripts of the page /{name}, gzipped")
    yield Figure("web.scripts_all_kb", round(sum(sizes.values()), 1), "kB", "scripts of all pages, gzipped")


if __name__ == "__main__":
    report(figures)
