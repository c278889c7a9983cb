"""Whoever is refused cannot have the audit log forget what others did."""

from __future__ import annotations

from spanorigin_server.access.strangers import LINES_A_MINUTE, Strangers

from .conftest import ADDRESS


def test_refused_sign_ins_have_a_few_lines_a_minute_and_the_rest_a_count():
    clock = [0.0]
    strangers = Strangers(lambda: clock[0])

    told = [strangers.line("refused") for _ in range(1000)]
    clock[0] = 61.0
    later = [strangers.line("refused"), strangers.line("refused")]

    assert [line for line in told if line is not None] == ["refused"] * LINES_A_MINUTE
    assert later == [f"refused; {1000 - LINES_A_MINUTE} more were refused since the line before", "refused"]


def test_a_flood_of_wrong_tokens_leaves_the_log_as_short_as_it_was(shut):
    def size() -> int:
        return sum(file.stat().st_size for file in shut.folder.glob("audit*.jsonl"))

    before = size()
    for _ in range(5 * LINES_A_MINUTE):
        answer = shut.client.post("/sign-in", data={"token": "nonsense"}, headers={"origin": ADDRESS})
        assert answer.status_code == 401

    lines = (shut.folder / "audit.jsonl").read_bytes()[-(size() - before) or None :].splitlines()
    assert 0 < len(lines) <= 2 * LINES_A_MINUTE, "two minutes, where one ended meanwhile"
