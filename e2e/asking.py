"""Ask a server through the API that everybody has: contract/query-api.yaml over HTTP, nothing behind its back."""

import time
from typing import Any

import httpx

from .expected import Chain, Place

WINDOW_NS = 3600 * 10**9


class Server:
    """A server at `address`. Answers are the decoded JSON; an answer other than 200 raises, with the server's words."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._http = httpx.Client(base_url=address, timeout=120)

    def is_up(self) -> bool:
        try:
            return self._http.get("/api/v1/health").status_code == 200
        except httpx.TransportError:
            return False

    def health(self) -> dict[str, Any]:
        return self._get("/api/v1/health")

    def search(self, query: str) -> list[dict[str, Any]]:
        """All spans of the last hour that match, newest first, page by page."""
        now = time.time_ns()
        parameters = {"q": query, "from": str(now - WINDOW_NS), "to": str(now + WINDOW_NS), "limit": "1000"}
        page = self._get("/api/v1/spans", **parameters)
        spans = page["spans"]
        while page["cursor"]:
            page = self._get("/api/v1/spans", **parameters, cursor=page["cursor"])
            spans += page["spans"]
        return spans

    def trace(self, trace_id: str) -> dict[str, Any]:
        return self._get(f"/api/v1/traces/{trace_id}")

    def span(self, trace_id: str, span_id: str) -> dict[str, Any]:
        return self._get(f"/api/v1/traces/{trace_id}/spans/{span_id}")

    def source(self, span: dict[str, Any], frame: int = 0, context: int = 5) -> dict[str, Any]:
        asked = {"trace_id": span["trace_id"], "span_id": span["span_id"], "frame": frame, "context": context}
        return self._get("/api/v1/source", **asked)

    def refusal(self, path: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
        """Status and error of a request that should be refused."""
        answer = self._http.get(path, params=parameters)
        return answer.status_code, answer.json()["error"]

    def send(self, body: bytes) -> None:
        """Export spans: an OTLP request in protobuf, taken as a whole."""
        answer = self._http.post("/v1/traces", content=body, headers={"content-type": "application/x-protobuf"})
        assert answer.status_code == 200, answer.text

    def wait_until_quiet(self, at_least: int, quiet_s: float = 5.0, limit_s: float = 180.0) -> None:
        """Come back when no span has come for `quiet_s`, and at least that many are there.

        The demo's services send every second; five times that is for machines on which they are late.
        """
        end = time.monotonic() + limit_s
        seen, since = -1, time.monotonic()
        while time.monotonic() < end:
            spans = self.health()["spans"]
            if spans != seen:
                seen, since = spans, time.monotonic()
            elif spans >= at_least and time.monotonic() - since >= quiet_s:
                return
            time.sleep(0.2)
        raise AssertionError(f"Only {seen} spans came within {limit_s:.0f} s, and {at_least} or more should.")

    def _get(self, path: str, **parameters: Any) -> Any:
        answer = self._http.get(path, params=parameters)
        assert answer.status_code == 200, f"{answer.request.url} gave {answer.status_code}: {answer.text[:500]}"
        return answer.json()


def place_of(origin: dict[str, Any]) -> Place:
    return Place(origin["path"], origin["line"], origin["function"])


def chain_of(origin: dict[str, Any]) -> Chain:
    """The user frames of an origin, innermost first; the first is the origin itself."""
    return tuple(place_of(frame) for frame in origin["frames"])
