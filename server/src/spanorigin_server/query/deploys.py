"""The route that tells when versions came: the marks above the Explorer's charts.

As contract/query-api.yaml describes it; mounted by `app`. Decision 0246 says what counts as a deploy.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import answering, json_answer, whole_number
from spanorigin_server.store.asking import SECOND_NS, Row
from spanorigin_server.store.statistics import Statistics
from spanorigin_server.workers import Workers

from .asked import Asked, Now, asked
from .measures import span_of_time

# Versions that are looked at; a service that tells another one with each process is none whose deploys are marks.
_VERSIONS_MOST = 2000
# A version that is first seen within this part of the window after the service itself may have run all the time.
_PARTS = 50


def routes(statistics: Statistics, workers: Workers, now_ns: Now = time.time_ns) -> list[Route]:
    """The route of deploys."""

    async def deploys(request: Request) -> Response:
        question = asked(request, ("limit",), now_ns)
        limit = whole_number(request, "limit", default=20, low=1, high=100)
        return await workers.run_long(lambda: json_answer(_deploys(statistics, question, limit)))

    return [Route("/api/v1/deploys", answering(deploys), methods=["GET"])]


def _deploys(statistics: Statistics, question: Asked, limit: int) -> dict[str, Any]:
    begun_at = time.perf_counter()
    window = question.window
    arrivals = statistics.arrivals(window, question.condition, limit=_VERSIONS_MOST)
    found = deploys_of(arrivals, at_least_s=window.seconds // _PARTS)
    return {
        **span_of_time(window),
        "deploys": found[:limit],
        "has_more": len(found) > limit,
        "read_ns": int((time.perf_counter() - begun_at) * 1e9),
    }


def deploys_of(arrivals: Sequence[Row], *, at_least_s: int) -> list[dict[str, Any]]:
    """Versions that came `at_least_s` or more after their service's first one of the window, newest first.

    That first one may have come long before the window, or be all there is: no mark says anything of it.
    """
    first_s: dict[str, int] = {}
    newest: dict[str, Row] = {}
    found = []
    for row in sorted(arrivals, key=lambda row: row["first_s"]):
        service = row["service"]
        before = newest.get(service)
        newest[service] = row
        if before is None:
            first_s[service] = row["first_s"]
        elif row["first_s"] - first_s[service] >= max(1, at_least_s):
            found.append(
                {
                    "service": service,
                    "version": row["version"],
                    "commit": row["commit"],
                    "at_ns": str(row["first_s"] * SECOND_NS),
                    "version_before": before["version"],
                    "commit_before": before["commit"],
                }
            )
    return found[::-1]
