"""The plain values that all rooms of the server speak. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# A result as columns: name -> values, all of one length. Any, because the values' types are the statement's business.
Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the server is heard: its main port, the addresses and port of OTLP/gRPC, the port of Datadog's tracers."""

    port: int
    grpc: Sequence[tuple[str, int]] = ()
    datadog_port: int | None = None


class ServerError(Exception):
    """Something a person has to know: what is wrong, why, what to do; the slug is a heading in docs/messages.md."""

    def __init__(self, message: str, *, slug: str) -> None:
        super().__init__(message)
        self.message = message
        self.slug = slug


class StartRefused(ServerError):  # noqa: N818  # named for what came about
    """The server cannot start as asked. Told on the terminal, without a traceback."""


class NotHere(ServerError):  # noqa: N818  # named for what came about
    """This server cannot do what was asked with the store it has, however often it is asked."""


class StoreFailed(ServerError):  # noqa: N818
    """The engine refused a statement or failed in it. `code` is ClickHouse's error number, 0 when it gave none."""

    def __init__(self, message: str, *, slug: str, code: int = 0) -> None:
        super().__init__(message, slug=slug)
        self.code = code
