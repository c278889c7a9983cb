"""Stand-ins with which ddtrace runs alone in a benchmark: nothing is sent, and no debug session is served."""

from __future__ import annotations

from typing import Any


class NoWriter:
    """Takes finished traces and drops them."""

    def write(self, *_: Any, **__: Any) -> None:
        pass

    stop = flush_queue = write

    def recreate(self, *_: Any, **__: Any) -> NoWriter:
        return self


class NoUploader:
    """Stands for the live debugger, which no session uses here."""

    @staticmethod
    def register(*_: Any) -> None:
        pass

    @staticmethod
    def unregister(*_: Any) -> None:
        pass

    @staticmethod
    def get_collector() -> None:
        return None
