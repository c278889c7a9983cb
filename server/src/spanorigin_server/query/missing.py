"""Why a span has no origin, in words for the person who looks at it: worked out from what the span itself tells."""

from __future__ import annotations

from spanorigin_server import names
from spanorigin_server.reason import Reason
from spanorigin_server.store.reader import Row

_LANGUAGE = "telemetry.sdk.language"
_LOOK = "Run spanorigin doctor in the process's environment: it lists which files count as yours, and why."


def missing_origin(row: Row) -> Reason | None:
    """Why the span of this row has no origin; None when it has one."""
    if row["origin_type"] != "none":
        return None
    kind = row["kind"]
    if kind in ("internal", "unspecified"):
        return Reason(
            "origin-internal-span",
            "Spans within a service carry no origin: only where a request comes in and where a call goes out.",
            "Look at the span's nearest parent or child of kind server, client, producer or consumer.",
        )
    if names.AGENT_VERSION not in row["resource"]:
        return _without_agent(row)
    if kind in ("server", "consumer"):
        return Reason(
            "origin-no-handler",
            "The agent saw no function of your own code that handled this request: it was answered by a library "
            "(a static file, a redirect, a refused login), before any handler was chosen (404, 405), or in a "
            "framework that the agent does not know yet.",
            "Run spanorigin doctor in the process's environment: it lists the frameworks that are captured.",
        )
    return Reason(
        "origin-no-user-frame",
        "The agent found no line of your own code above this call: a library made it by itself, for example in a "
        "thread of its own, or your code is installed where it counts as a library.",
        f"{_LOOK} SPANORIGIN_INCLUDE takes in files that were left out.",
    )


def _without_agent(row: Row) -> Reason:
    service = row["service"] or "this service"
    language = row["resource"].get(_LANGUAGE, "")
    if language in ("python", ""):
        return Reason(
            "origin-no-agent",
            f"The process of {service} that made this span ran without the spanorigin agent, or with capture off.",
            'Start it with the agent: pip install "spanorigin[run]", then spanorigin run -- YOUR COMMAND.',
        )
    return Reason(
        "origin-no-agent-for-language",
        f"{service} is written in {language}, for which there is no spanorigin agent yet.",
        "Spans that carry code.file.path and code.line.number, as OpenTelemetry names them, show their origin too.",
    )
