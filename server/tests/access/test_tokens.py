"""Tokens: shown once, kept as hashes, in force and out of force at once."""

from __future__ import annotations

import json
import stat
import threading

import pytest
from spanorigin_server.access import command
from spanorigin_server.access.scopes import Right
from spanorigin_server.access.tokens import FILE_NAME, TokenRefused, Tokens, TokensUnreadable

READ = [Right.READ]


def test_a_token_is_found_by_its_secret_which_is_nowhere_in_the_file(tmp_path):
    file = tmp_path / FILE_NAME
    token, secret = Tokens(file).add("dashboard", [Right.WRITE, Right.READ])

    found = Tokens(file).of_secret(secret)

    assert found == token
    assert found.rights == [Right.READ, Right.WRITE]
    assert secret not in file.read_text()
    assert len(secret) > 50
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_another_process_adds_and_revokes_counts_at_once(tmp_path):
    server, terminal = Tokens(tmp_path / FILE_NAME), Tokens(tmp_path / FILE_NAME)
    assert server.of_secret("anything") is None

    token, secret = terminal.add("ci", READ)
    assert server.of_secret(secret) == token
    assert server.is_valid(token.id)

    terminal.revoke("ci")
    assert server.of_secret(secret) is None
    assert not server.is_valid(token.id)


def test_a_token_runs_out(tmp_path):
    now_ns = 1_000_000_000_000
    tokens = Tokens(tmp_path / FILE_NAME, lambda: now_ns)
    token, secret = tokens.add("visitor", READ, valid_for_s=60)

    now_ns += 59_999_999_999
    assert tokens.of_secret(secret) == token
    now_ns += 1
    assert tokens.of_secret(secret) is None
    assert not tokens.is_valid(token.id)


def test_an_unreadable_file_lets_nobody_in_and_is_left_as_it_is(tmp_path):
    file = tmp_path / FILE_NAME
    tokens = Tokens(file)
    _, secret = tokens.add("ci", READ)
    assert tokens.of_secret(secret)
    file.write_text("[{")

    with pytest.raises(TokensUnreadable, match="cannot be read"):
        tokens.of_secret(secret)
    with pytest.raises(TokensUnreadable):
        tokens.add("another", READ)
    assert file.read_text() == "[{"


def test_tokens_that_are_added_at_once_are_all_kept(tmp_path):
    file = tmp_path / FILE_NAME
    adding = [threading.Thread(target=Tokens(file).add, args=(f"service {number}", READ)) for number in range(12)]

    for thread in adding:
        thread.start()
    for thread in adding:
        thread.join()

    assert {token.name for token in Tokens(file).listed()} == {f"service {number}" for number in range(12)}


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 101])
def test_a_name_that_is_none_is_refused(tmp_path, name):
    with pytest.raises(TokenRefused, match="1 to 100"):
        Tokens(tmp_path / FILE_NAME).add(name, READ)


def test_the_command_makes_lists_and_revokes(tmp_path, capsys):
    data = ["--data", str(tmp_path)]

    assert command.main(["add", "ci", "--right", "ingest", "--right", "read", "--valid-for", "90d", *data]) == 0
    printed = capsys.readouterr()
    secret = printed.out.strip()
    token = Tokens(tmp_path / FILE_NAME).of_secret(secret)
    assert token is not None
    assert (token.name, token.rights) == ("ci", [Right.INGEST, Right.READ])
    assert int(token.expires_ns) - int(token.created_ns) == 90 * 86400 * 10**9
    assert secret not in printed.err

    assert command.main(["list", *data]) == 0
    listed = capsys.readouterr().out
    assert "ci" in listed
    assert "ingest, read" in listed
    assert secret not in listed
    assert command.main(["list", "--json", *data]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["rights"] == ["ingest", "read"]
    assert "sha256" not in row

    assert command.main(["revoke", token.id, *data]) == 0
    assert Tokens(tmp_path / FILE_NAME).of_secret(secret) is None


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (["revoke", "nobody"], "token-not-found"),
        (["add", "ci", "--right", "read"], "token-name-taken"),
        (["add", "other", "--right", "read", "--valid-for", "soon"], "token-valid-for"),
        (["add", "", "--right", "read"], "token-name"),
    ],
)
def test_the_command_says_why_it_refuses(tmp_path, capsys, arguments, slug):
    Tokens(tmp_path / FILE_NAME).add("ci", READ)

    assert command.main([*arguments, "--data", str(tmp_path)]) == 2

    assert f"[{slug}]" in capsys.readouterr().err
    assert len(Tokens(tmp_path / FILE_NAME).listed()) == 1
