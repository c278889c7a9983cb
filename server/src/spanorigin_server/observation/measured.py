"""What is measured while the server works: counters, and how long things took. Ground floor of this room.

`app` makes one and hands it to who has something to tell: the writers, the guards of the routes, the doors. Telling
costs about a microsecond and takes no lock that others hold for long.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from spanorigin_server.store.writer import Body, Outcome, Writer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from spanorigin_server.store.commits import Commits
    from spanorigin_server.store.home import Home
    from spanorigin_server.store.unanswered import Unanswered

_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_BODIES: Final = (1, 2, 4, 8, 16, 32, 64)
_RECENT: Final = 1000


class Measured:
    """One for each application: two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.spans = Counter("spanorigin_spans_stored", "Spans committed.", registry=self.registry)
        self.refused_spans = Counter("spanorigin_spans_refused", "Spans without valid ids.", registry=self.registry)
        self.requests = Histogram(
            "spanorigin_request_seconds",
            "From a request's headers to the end of its answer; for spans, that is after their commit.",
            ("route", "method", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.refusals = Counter(
            "spanorigin_requests_refused",
            "Requests refused, by the slug of the reason.",
            ("reason",),
            registry=self.registry,
        )
        self.commits = Histogram(
            "spanorigin_commit_seconds", "Time of a commit in the store.", buckets=_SECONDS, registry=self.registry
        )
        self.commit_bodies = Histogram(
            "spanorigin_commit_bodies", "Request bodies in a commit.", buckets=_BODIES, registry=self.registry
        )
        self.failed_commits = Counter(
            "spanorigin_commits_failed", "Commits that the store refused or failed in.", registry=self.registry
        )
        # For `spanorigin status`: of what happened lately, in seconds.
        self.recent_commits: deque[float] = deque(maxlen=_RECENT)
        self.recent_questions: deque[float] = deque(maxlen=_RECENT)
        # Told of each question, with its times since the epoch in nanoseconds.
        self.listeners: list[Callable[[str, str, int, int, int], None]] = []

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        self.requests.labels(route, method, status).observe(seconds)
        if method == "GET" and route.startswith("/api/v1/"):
            self.recent_questions.append(seconds)
        if self.listeners and route.startswith("/api/"):
            ended_ns = time.time_ns()
            for listener in self.listeners:
                listener(route, method, status, ended_ns - int(seconds * 1e9), ended_ns)

    def refused(self, slug: str) -> None:
        self.refusals.labels(slug).inc()


class MeasuredWriter(Writer):
    """A writer whose commits are counted."""

    def __init__(
        self, engine: Home, lane: int, commits: Commits, measured: Measured, unanswered: Unanswered | None = None
    ) -> None:
        super().__init__(engine, lane, commits, unanswered)
        self._measured = measured

    def write(self, bodies: Sequence[Body]) -> list[Outcome]:
        measured = self._measured
        began = time.perf_counter()
        try:
            outcomes = super().write(bodies)
        except Exception:
            measured.failed_commits.inc()
            raise
        seconds = time.perf_counter() - began
        measured.commits.observe(seconds)
        measured.commit_bodies.observe(len(bodies))
        measured.recent_commits.append(seconds)
        stored = [outcome for outcome in outcomes if not outcome.is_held]
        measured.spans.inc(sum(outcome.spans - outcome.rejected for outcome in stored))
        measured.refused_spans.inc(sum(outcome.rejected for outcome in stored))
        return outcomes


class MeasuredRoute:
    """A route's application, timed. Streams that end when their reader goes are not: they are no question."""

    def __init__(self, app: ASGIApp, path: str, measured: Measured) -> None:
        self._app = app
        self._path = path
        self._measured = measured

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            if self._path != "/api/v1/live":
                self._measured.answered(self._path, scope["method"], status, time.perf_counter() - began)
