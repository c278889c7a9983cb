"""What each route needs: one table, read by `gate` for every route that `app` mounts.

A route without a row needs everything, so that one that was forgotten is shut rather than open; a test walks all routes
and fails for it. OPEN is for what has to be reached before anybody has said who they are, and holds no data.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Right(StrEnum):
    """What somebody may do. None of them includes another."""

    INGEST = "ingest"
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


MEANINGS: Final = {
    Right.INGEST: "send spans",
    Right.READ: "search spans, and see the source of the registered repositories",
    Right.WRITE: "change what the server keeps: saved views, for example",
    Right.ADMIN: "see and change tokens, how long spans are kept, and whatever concerns the whole server",
}
OPEN: Final = None
Need = Right | None

_READ: Final[Mapping[str, Need]] = {"GET": Right.READ}
_INGEST: Final[Mapping[str, Need]] = {"POST": Right.INGEST, "PUT": Right.INGEST}
_OPEN: Final[Mapping[str, Need]] = {"GET": OPEN, "POST": OPEN}

# By path, as the route has it, then by method; HEAD is GET. Kept in the order of the paths.
NEEDS: Final[Mapping[str, Mapping[str, Need]]] = {
    "/api/v1/aggregate": _READ,
    "/api/v1/audit": {"GET": Right.ADMIN},
    "/api/v1/archive": _READ,
    "/api/v1/backup": {"GET": Right.ADMIN},
    "/api/v1/code": _READ,
    "/api/v1/code/commits": _READ,
    "/api/v1/code/names": _READ,
    "/api/v1/code/diff": _READ,
    "/api/v1/code/file": _READ,
    "/api/v1/code/tree": _READ,
    "/api/v1/deletions": {"POST": Right.ADMIN},
    "/api/v1/deploys": _READ,
    "/api/v1/explain": _READ,
    "/api/v1/facets": _READ,
    "/api/v1/fields": _READ,
    "/api/v1/fields/values": _READ,
    "/api/v1/findings/errors": _READ,
    "/api/v1/findings/regressions": _READ,
    "/api/v1/findings/repeats": _READ,
    "/api/v1/findings/slow": _READ,
    "/api/v1/health": _READ,
    "/api/v1/heatmap": _READ,
    "/api/v1/live": _READ,
    "/api/v1/openapi.json": {"GET": OPEN},
    "/api/v1/origins": _READ,
    "/api/v1/origins/callers": _READ,
    "/api/v1/origins/compare": _READ,
    "/api/v1/origins/exits": _READ,
    "/api/v1/path-rules": {"GET": Right.READ, "POST": Right.ADMIN},
    "/api/v1/path-rules/{rule_id}": {"PUT": Right.ADMIN, "DELETE": Right.ADMIN},
    "/api/v1/query": _READ,
    "/api/v1/repositories": {"GET": Right.READ, "POST": Right.ADMIN},
    "/api/v1/repositories/{repository_id}": {"GET": Right.READ, "DELETE": Right.ADMIN},
    "/api/v1/repositories/{repository_id}/refresh": {"POST": Right.ADMIN},
    "/api/v1/retention": {"GET": Right.READ, "PUT": Right.ADMIN},
    "/api/v1/session": {"GET": OPEN},
    "/api/v1/source": _READ,
    "/api/v1/spans": _READ,
    "/api/v1/spans/export": _READ,
    "/api/v1/status": _READ,
    "/api/v1/tokens": {"GET": Right.ADMIN, "POST": Right.ADMIN},
    "/api/v1/tokens/{token_id}": {"DELETE": Right.ADMIN},
    "/api/v1/traces/{trace_id}": _READ,
    "/api/v1/traces/{trace_id}/changed": _READ,
    "/api/v1/traces/{trace_id}/spans/{span_id}": _READ,
    "/api/v1/views": {"GET": Right.READ, "POST": Right.WRITE},
    "/api/v1/views/{view_id}": {"GET": Right.READ, "PUT": Right.WRITE, "DELETE": Right.WRITE},
    "/metrics": _READ,
    "/sign-in": _OPEN,
    "/sign-in/callback": {"GET": OPEN},
    "/sign-in/oidc": {"GET": OPEN},
    "/sign-out": {"POST": OPEN},
    # A browser asks with OPTIONS whether it may send, and carries no token then.
    "/v1/traces": {"POST": Right.INGEST, "OPTIONS": OPEN},
    # The port of Datadog's tracers. What they ask of an agent before they send holds no data.
    "/info": {"GET": OPEN},
    "/v0.3/traces": _INGEST,
    "/v0.4/traces": _INGEST,
    "/v0.5/traces": _INGEST,
    "/v0.6/stats": _INGEST,
    "/v0.7/traces": _INGEST,
    "/telemetry/proxy/{rest:path}": _INGEST,
    "/debugger/v1/{rest:path}": _INGEST,
    "/debugger/v2/input": _INGEST,
}


def need_of(path: str, method: str) -> Need:
    """What a request to a route needs; everything where the table has no row for it."""
    return NEEDS.get(path, {}).get("GET" if method == "HEAD" else method, Right.ADMIN)
