"""A small repository with two commits, and the spans that each sent: the shop, being one commit, cannot show that."""

import os
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span, Status

from .spans import attribute

# What a page must show as text. Each would raise, ask another host, or leave `window.hurt` behind, were it markup.
HOSTILE = (
    "<img src=x onerror=window.hurt=1>",
    '"><script>window.hurt=2</script>',
    "javascript:window.hurt=3//",
    "<svg/onload=window.hurt=4>",
    "{{constructor.constructor('window.hurt=5')()}}",
    "'-window.hurt-'\u202ereversed\u202c",
    "</pre></textarea><iframe srcdoc='<script>parent.hurt=6</script>'>",
    "&lt;b&gt;\x00\x1b[31m",
)
HOSTILE_FILE = "<img src=x onerror=window.hurt=7>.py"

OLD = '''"""Carts and what is in them."""

from . import items


def show(cart):
    total = 0
    for item in cart:
        total += items.price(item)
    return total


def never_called(cart):
    return len(cart)
'''
NEW = OLD.replace("    total = 0\n", "    check(cart)\n    total = 0\n").replace(
    "def never", "def check(cart):\n    assert cart\n\n\ndef never"
)
SHOW_OLD, PRICE_OLD, SHOW_NEW, PRICE_NEW = 6, 9, 6, 10
ADDRESS = "https://example.com/acme/carts"


@dataclass(frozen=True, slots=True)
class Carts:
    """The repository, its commits by age, and traces that show something."""

    root: Path
    old: str
    new: str
    failing_trace: str
    hostile_trace: str
    bare_trace: str
    made_at_ns: int


def make_repository(root: Path, address: str = ADDRESS) -> tuple[str, str]:
    """A repository of that address with an old and a new commit; gives both."""
    root.mkdir()

    def git(*arguments: str) -> str:
        identity = {
            f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        environment = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        ran = subprocess.run(["git", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    git("remote", "add", "origin", address)
    (root / "app").mkdir()
    for text, message in ((OLD, "Carts are summed"), (NEW, f"Carts are checked {HOSTILE[0]}")):
        (root / "app/cart.py").write_text(text)
        (root / HOSTILE_FILE).write_text("".join(f"# {line}\n" for line in HOSTILE if "\0" not in line) + "x = 1\n")
        git("add", "--all")
        git("commit", "--quiet", "--message", f"{message}\n\nIn {address}.")
    return git("rev-parse", "HEAD~1"), git("rev-parse", "HEAD")


def spans_of(root: Path, old: str, new: str) -> tuple[Carts, list[bytes]]:
    """Requests of both versions in the last minutes, the newer ones slower; one that fails, one that is hostile."""
    now = time.time_ns()
    bodies = []
    for commit, version, line, price, calls_ms, begun in (
        (old, "v1", SHOW_OLD, PRICE_OLD, 1, now - 600 * 10**9),
        (new, "v2", SHOW_NEW, PRICE_NEW, 9, now - 240 * 10**9),
    ):
        spans = []
        for number in range(40):
            start = begun + number * 5 * 10**9
            trace, root_id = secrets.token_bytes(16), secrets.token_bytes(8)
            spans.append(_span(trace, root_id, b"", "GET /cart", "server", start, 8 * calls_ms + 2, "show", line))
            for call in range(8):
                at = start + (call * calls_ms + 1) * 10**6
                spans.append(
                    _span(trace, secrets.token_bytes(8), root_id, "SELECT price", "client", at, calls_ms, "show", price)
                )
        bodies.append(_body(spans, commit, version))
    failing, hostile, bare = (secrets.token_bytes(16) for _ in range(3))
    broken = _span(failing, secrets.token_bytes(8), b"", "GET /cart", "server", now - 30 * 10**9, 40, "show", SHOW_NEW)
    broken.status.code, broken.status.message = Status.STATUS_CODE_ERROR, f"no such cart {HOSTILE[1]}"
    event = broken.events.add(name="exception", time_unix_nano=now - 30 * 10**9)
    event.attributes.extend([attribute("exception.type", HOSTILE[3]), attribute("exception.message", HOSTILE[0])])
    evil = _span(hostile, secrets.token_bytes(8), b"", HOSTILE[0], "server", now - 20 * 10**9, 40, HOSTILE[6], 3)
    evil.attributes.extend(attribute(f"key{number}{text}", text) for number, text in enumerate(HOSTILE))
    evil.attributes[1].value.string_value = f"/srv/{HOSTILE_FILE}"
    evil.events.add(name=HOSTILE[1], time_unix_nano=now - 20 * 10**9)
    evil.links.add(trace_id=failing, span_id=b"12345678", trace_state=HOSTILE[3])
    nothing = Span(
        trace_id=bare, span_id=b"87654321", name="GET /health", kind=Span.SPAN_KIND_SERVER,
        start_time_unix_nano=now - 10**10, end_time_unix_nano=now - 10**10 + 10**6,
    )  # fmt: skip
    bodies.append(_body([broken], new, "v2"))
    bodies.append(_body([evil], new, HOSTILE[4], service=HOSTILE[1]))
    bodies.append(_body([nothing], "", "", service="unseen", address=""))
    return Carts(root, old, new, failing.hex(), hostile.hex(), bare.hex(), now), bodies


def _span(
    trace: bytes, span: bytes, parent: bytes, name: str, kind: str, start: int, lasts_ms: int, function: str, line: int
) -> Span:
    made = Span(
        trace_id=trace, span_id=span, parent_span_id=parent, name=name, start_time_unix_nano=start,
        end_time_unix_nano=start + lasts_ms * 10**6, kind=Span.SpanKind.Value(f"SPAN_KIND_{kind.upper()}"),
    )  # fmt: skip
    made.attributes.extend([
        attribute("spanorigin.type", "entry" if kind == "server" else "exit"),
        attribute("code.file.path", "/srv/app/cart.py"),
        attribute("code.line.number", line),
        attribute("code.function.name", f"app.cart.{function}"),
    ])  # fmt: skip
    return made


def _body(spans: list[Span], commit: str, version: str, service: str = "carts", address: str = ADDRESS) -> bytes:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    told = {
        "service.name": service,
        "service.version": version,
        "vcs.ref.head.revision": commit,
        "vcs.repository.url.full": address,
        "spanorigin.source.root": "/srv" if address else "",
    }
    resource.resource.attributes.extend(attribute(key, value) for key, value in told.items() if value)
    resource.scope_spans.append(ScopeSpans(spans=spans))
    return request.SerializeToString()
