"""The server's own spans lie in its own store, and make no further ones."""

from __future__ import annotations

import time

from spanorigin_server.app import application
from spanorigin_server.ingest.own_spans import WAITING_MOST, Answered, OwnSpans
from spanorigin_server.records import Doors
from spanorigin_server.settings import MEBIBYTE, Settings, read
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store.engine import EmbeddedEngine
from starlette.testclient import TestClient


def spans_of(client: TestClient) -> list[dict]:
    return client.get("/api/v1/spans?q=service:spanorigin-server").json()["spans"]


def test_questions_have_spans_and_sending_has_none(tmp_path):
    engine = EmbeddedEngine(tmp_path)
    settings = Settings("127.0.0.1", 4318, tmp_path, MEBIBYTE, None, tells_own_spans=True)
    app = application(settings, engine, Repositories(), Doors(4318), web_folder=tmp_path / "no-ui")
    with TestClient(app, base_url="http://localhost:4318") as client:
        client.get("/api/v1/origins")
        client.post("/v1/traces", content=b"", headers={"content-type": "application/x-protobuf"})
        end = time.monotonic() + 20
        while not (found := spans_of(client)) and time.monotonic() < end:
            time.sleep(0.1)

        # What stored them made no spans: all that were found are questions.
        assert {span["name"] for span in found} <= {"GET /api/v1/origins", "GET /api/v1/spans"}
        (origins,) = (span for span in found if span["name"] == "GET /api/v1/origins")
        assert (origins["kind"], origins["http_status"]) == ("server", 200)
        assert origins["duration_ns"] > 0


def test_they_are_off_unless_asked_for():
    assert not read([], {}).tells_own_spans
    assert read([], {"SPANORIGIN_OWN_SPANS": "true"}).tells_own_spans


def test_what_is_too_much_is_left_out_and_counted():
    own_spans = OwnSpans(batch=None, version="1")

    for number in range(WAITING_MOST + 3):
        own_spans.note(Answered("/api/v1/spans", "GET", 200, number, number + 1))

    assert own_spans.dropped == 3
