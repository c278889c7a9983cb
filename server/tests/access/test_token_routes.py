"""Tokens over the API: what `spanorigin token` does, for whoever may administer, with no right that they lack."""

from __future__ import annotations

import pytest
from spanorigin_server.access.audit import FILE_NAME
from spanorigin_server.access.scopes import Right

from .conftest import Shut

PATH = "/api/v1/tokens"


def admin(shut: Shut, *more: Right) -> dict[str, str]:
    return shut.bearer(Right.ADMIN, Right.READ, *more)


def test_a_made_token_is_listed_without_its_secret_and_lets_its_bearer_in(shut):
    headers = admin(shut, Right.INGEST)

    made = shut.client.post(PATH, json={"name": "ci", "rights": ["read"], "valid_for_s": 3600}, headers=headers)

    assert made.status_code == 201
    secret = made.json()["secret"]
    bearer = {"authorization": f"Bearer {secret}"}
    assert shut.client.get("/api/v1/health", headers=bearer).status_code == 200
    assert shut.client.get(PATH, headers=bearer).status_code == 403
    listed = shut.client.get(PATH, headers=headers)
    (found,) = [token for token in listed.json()["tokens"] if token["name"] == "ci"]
    assert found == made.json()["token"]
    assert (found["rights"], found["is_valid"]) == (["read"], True)
    assert secret not in listed.text
    assert "sha256" not in listed.text


def test_a_revoked_token_lets_nobody_in(shut):
    headers = admin(shut)
    made = shut.client.post(PATH, json={"name": "gone", "rights": ["read"]}, headers=headers).json()

    revoked = shut.client.delete(f"{PATH}/{made['token']['id']}", headers=headers)
    again = shut.client.delete(f"{PATH}/{made['token']['id']}", headers=headers)

    assert revoked.json() == {"token": made["token"]}
    assert (again.status_code, again.json()["error"]["slug"]) == (404, "token-not-found")
    bearer = {"authorization": f"Bearer {made['secret']}"}
    assert shut.client.get("/api/v1/health", headers=bearer).status_code == 401


def test_nobody_hands_out_a_right_that_they_do_not_have(shut):
    answer = shut.client.post(
        PATH, json={"name": "more", "rights": ["read", "ingest"]}, headers=shut.bearer(Right.ADMIN, Right.READ)
    )

    assert (answer.status_code, answer.json()["error"]["slug"]) == (403, "right-missing")
    assert "more" not in shut.client.get(PATH, headers=admin(shut)).text


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ({"name": "x"}, 400, "token-unreadable"),
        ({"name": "x", "rights": []}, 400, "token-unreadable"),
        ({"name": "x", "rights": ["everything"]}, 400, "token-unreadable"),
        ({"name": "x", "rights": ["read"], "secret": "mine"}, 400, "token-unreadable"),
        ({"name": "x" * 5000, "rights": ["read"]}, 413, "token-unreadable"),
        ({"name": " ", "rights": ["read"]}, 400, "token-name"),
        ({"name": "a\nb", "rights": ["read"]}, 400, "token-name"),
        ({"name": "x", "rights": ["read"], "valid_for_s": 1}, 400, "token-valid-for"),
    ],
    ids=["no rights", "empty rights", "unknown right", "own secret", "huge", "blank name", "two lines", "a second"],
)
def test_what_is_no_token_is_refused(shut, body, status, slug):
    before = shut.client.get(PATH, headers=(headers := admin(shut))).json()

    answer = shut.client.post(PATH, json=body, headers=headers)

    assert (answer.status_code, answer.json()["error"]["slug"]) == (status, slug)
    assert shut.client.get(PATH, headers=headers).json() == before


def test_a_name_is_given_once(shut):
    headers = admin(shut)
    shut.client.post(PATH, json={"name": "twice", "rights": ["read"]}, headers=headers)

    answer = shut.client.post(PATH, json={"name": "twice", "rights": ["read"]}, headers=headers)

    assert (answer.status_code, answer.json()["error"]["slug"]) == (409, "token-name-taken")


def test_the_audit_log_says_which_token_was_made_and_which_was_revoked(shut):
    headers = admin(shut)
    made = shut.client.post(PATH, json={"name": "noted", "rights": ["read"]}, headers=headers).json()
    token_id = made["token"]["id"]
    shut.client.delete(f"{PATH}/{token_id}", headers=headers)

    entries = shut.client.get("/api/v1/audit?limit=2", headers=headers).json()["entries"]

    assert [entry["what"] for entry in entries] == [
        f"DELETE {PATH}/{token_id}: token noted ({token_id}) revoked",
        f"POST {PATH}: token noted ({token_id}) made: read",
    ]
    assert made["secret"] not in (shut.folder / FILE_NAME).read_text()
