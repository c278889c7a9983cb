"""Every route over HTTP, asked what its description allows and what it does not: the answers are those described.

schemathesis makes the questions from the document that the server serves; they are the same in every run.
Apart stand answers in one shape to sound questions (server/tests/query/test_contract.py) and hostile input by number
(server/tests/hostile).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from spanorigin_tests.otlp import request_of, rich_request, span_of
from spanorigin_tests.processes import ServerProcess

schemathesis.openapi.media_type("application/x-git-bundle", st.binary(max_size=300))

API = schemathesis.openapi.from_dict(json.loads((files("spanorigin_server") / "openapi.json").read_text()))
# Its answer has no end; server/tests/query/test_live.py.
APART = ("GET /api/v1/live",)
OPERATIONS = {
    operation.label: operation
    for operation in (found.ok() for found in API.get_all_operations())
    if operation.label not in APART
}
# Where nothing can be given, nothing can be given wrongly.
ASKED = [
    (label, mode)
    for label, operation in OPERATIONS.items()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or operation.query or operation.path_parameters or operation.body
]
CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
TRACE_ID = bytes(range(16))
EXAMPLES = 8


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("spans")) as server:
        assert server.post(rich_request(TRACE_ID).SerializeToString()) == 200
        assert (
            server.post(request_of(*(span_of(given={"size": size}) for size in range(20))).SerializeToString()) == 200
        )
        yield server


@pytest.mark.parametrize(("label", "mode"), ASKED, ids=[f"{label} {mode.value}" for label, mode in ASKED])
def test_a_route_answers_what_is_described_whatever_it_is_asked(
    server: ServerProcess, label: str, mode: GenerationMode
):
    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(OPERATIONS[label].as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        answer = case.call(base_url=server.address, timeout=60)
        if answer.status_code == 431:
            # Told before anybody knows for which route.
            assert answer.json()["error"]["slug"] == "headers-too-large"
        elif answer.status_code == 503:
            # Right on a machine with too much to do, and described.
            assert answer.json()["error"]["slug"] == "search-too-slow"
        else:
            case.validate_response(answer, checks=CHECKS)

    ask()

    assert "Traceback" not in server.errors()
