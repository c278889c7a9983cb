"""Signing in by way of a real OpenID Connect provider, and what is not believed."""

from __future__ import annotations

import dataclasses
import http.cookiejar
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from spanorigin_server.access.oidc import Oidc, OidcSettings, SignInFailed
from spanorigin_server.access.roles import mapping_of, role_of
from spanorigin_server.access.scopes import Right
from spanorigin_server.app import application
from spanorigin_server.records import Doors, StartRefused
from spanorigin_server.settings import MEBIBYTE, Settings, read
from spanorigin_server.source.repositories import Repositories
from spanorigin_server.store.engine import EmbeddedEngine
from starlette.testclient import TestClient

from .conftest import ADDRESS, PAGE

HERE = Path(__file__).parent / "provider"
CALLBACK = f"{ADDRESS}/sign-in/callback"
ROLES = "boss=admin,writer=editor,reader=viewer"


class ProviderProcess:
    """The provider; told apart by where it tells claims: in the id token, or at userinfo alone."""

    def __init__(self, claims_at: str, port: int = 0) -> None:
        command = ["node", "provider.js", str(port), claims_at, CALLBACK]
        self.process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        self.issuer = self.process.stdout.readline().strip()
        assert self.issuer.startswith("http://localhost:"), "the provider did not start"
        self.port = int(self.issuer.rpartition(":")[2])

    def settings(self) -> dict[str, str]:
        return {
            "ISSUER": self.issuer,
            "CLIENT_ID": "spanorigin",
            "CLIENT_SECRET": "s3cret/with:signs",
            "SCOPES": "openid email groups",
            "ROLE_CLAIM": "groups",
            "ROLES": ROLES,
        }

    def oidc(self, **changed: Any) -> Oidc:
        given = {name.lower(): value for name, value in self.settings().items()}
        return Oidc(OidcSettings(**(given | {"roles": mapping_of(ROLES)} | changed)))

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def node() -> None:
    if shutil.which("npm") is None:
        if os.environ.get("CI"):
            pytest.fail("Node is needed for the OpenID Connect provider")
        pytest.skip("no Node here")
    if not (HERE / "node_modules" / "oidc-provider").is_dir():
        install = ["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
        subprocess.run(install, cwd=HERE, check=True, timeout=120)


@pytest.fixture(scope="module")
def provider(node: None) -> Iterator[ProviderProcess]:
    running = ProviderProcess("id_token")
    yield running
    running.end()


class _Back(Exception):
    """The provider sends the browser back to us."""


class _Follow(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if newurl.startswith(CALLBACK):
            raise _Back(newurl)
        return super().redirect_request(req, fp, 302 if code == 303 else code, msg, headers, newurl)


def signed_in_at_provider(address: str, name: str) -> dict[str, str]:
    """Do what a person does in a browser at the provider; the parameters with which it sends them back."""
    cookies = urllib.request.HTTPCookieProcessor(
        http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https")))
    )
    browser = urllib.request.build_opener(cookies, _Follow)
    try:
        page = browser.open(address, timeout=30)
        for _ in range(4):
            text, at = page.read().decode(), page.url
            form = re.search(r'action="([^"]+)"', text)
            assert form, text
            fields = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', text))
            if 'name="login"' in text:
                fields |= {"login": name, "password": "any"}
            body = urllib.parse.urlencode(fields).encode()
            page = browser.open(urllib.parse.urljoin(at, form[1]), body, timeout=30)
    except _Back as back:
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(str(back)).query))
    raise AssertionError("the provider did not send us back")


def through(oidc: Oidc, name: str, to: str = "/"):
    address, state = oidc.begun(CALLBACK, to)
    return oidc.finished(signed_in_at_provider(address, name), state)


@pytest.fixture(scope="module")
def browser(provider: ProviderProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("oidc")
    engine = EmbeddedEngine(folder)
    settings = Settings("127.0.0.1", 4318, folder, MEBIBYTE, None, oidc=provider.settings())
    app = application(settings, engine, Repositories(), Doors(4318), web_folder=folder / "no-ui")
    with TestClient(app, base_url=ADDRESS, follow_redirects=False) as client:
        yield client


def test_a_person_signs_in_by_way_of_the_provider_and_is_what_their_group_makes_them(browser):
    assert browser.get("/api/v1/health").status_code == 401
    page = browser.get("/sign-in?next=/explore%3Fq%3Da", headers=PAGE)
    link = re.search(r"href='(/sign-in/oidc[^']+)'", page.text)[1]
    away = browser.get(link)
    assert away.status_code == 303
    cookie = away.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Path=/sign-in"))

    answer = signed_in_at_provider(away.headers["location"], "writer@example.com")
    back = browser.get("/sign-in/callback", params=answer)

    assert (back.status_code, back.headers["location"]) == (303, "/explore?q=a")
    session = browser.get("/api/v1/session").json()
    assert (session["name"], session["kind"], session["rights"]) == ("writer@example.com", "person", ["read", "write"])
    draft = {"name": "mine", "address": "/explore"}
    assert browser.post("/api/v1/views", json=draft, headers={"origin": ADDRESS}).status_code == 201
    assert browser.get("/api/v1/audit").status_code == 403

    again = browser.get("/sign-in/callback", params=answer)
    assert again.status_code == 403
    assert "oidc-state" in again.text


def test_an_answer_that_another_browser_began_signs_nobody_in(browser):
    browser.cookies.clear()
    away = browser.get("/sign-in/oidc")
    answer = signed_in_at_provider(away.headers["location"], "boss@example.com")
    browser.cookies.clear()

    refused = browser.get("/sign-in/callback", params=answer)

    assert refused.status_code == 403
    assert browser.get("/api/v1/health").status_code == 401


@pytest.mark.parametrize(
    ("name", "rights"),
    [("reader@a", {Right.READ}), ("boss@a", {Right.READ, Right.WRITE, Right.ADMIN})],
)
def test_roles_follow_the_claim(provider, name, rights):
    who, to = through(provider.oidc(), name, "/x")

    assert (who.name, who.rights, to) == (name, frozenset(rights), "/x")


def test_who_has_no_role_is_told_so(provider):
    with pytest.raises(SignInFailed, match="nothing gives you a role"):
        through(provider.oidc(), "stranger@a")


def test_claims_that_are_told_at_userinfo_alone_count_and_new_keys_are_learnt(node):
    first = ProviderProcess("userinfo")
    now = 1000.0
    oidc = first.oidc()
    oidc.now = lambda: now
    try:
        assert through(oidc, "writer@a")[0].rights == {Right.READ, Right.WRITE}
        keys = oidc._keys[1]
        first.end()
        first = ProviderProcess("userinfo", first.port)
        now += 11

        assert through(oidc, "boss@a")[0].name == "boss@a"
        assert oidc._keys[1] is not keys
        # ... and they are not asked for once more for each sign-in.
        kept = oidc._keys[1]
        through(oidc, "boss@a")
        assert oidc._keys[1] is kept
    finally:
        first.end()


def test_a_code_is_worth_nothing_without_the_word_that_began_it(provider):
    oidc = provider.oidc()
    address, state = oidc.begun(CALLBACK, "/")
    answer = signed_in_at_provider(address, "boss@a")
    oidc._pending[state] = dataclasses.replace(oidc._pending[state], verifier="another" * 10)

    with pytest.raises(SignInFailed, match="invalid_grant"):
        oidc.finished(answer, state)


@pytest.mark.parametrize(
    ("changed", "slug"),
    [
        ({"state": "guessed"}, "oidc-state"),
        ({"iss": "https://other.example.com"}, "oidc-answer"),
        ({"error": "access_denied"}, "oidc-refused"),
        ({"code": "guessed"}, "oidc-refused"),
    ],
)
def test_an_answer_that_was_changed_on_its_way_signs_nobody_in(provider, changed, slug):
    oidc = provider.oidc()
    address, state = oidc.begun(CALLBACK, "/")
    answer = signed_in_at_provider(address, "boss@a")

    with pytest.raises(SignInFailed) as failed:
        oidc.finished(answer | changed, state)

    assert failed.value.slug == slug


def test_a_sign_in_that_took_too_long_is_over(provider):
    oidc = provider.oidc()
    address, state = oidc.begun(CALLBACK, "/")
    answer = signed_in_at_provider(address, "boss@a")
    later = oidc.now() + 601
    oidc.now = lambda: later

    with pytest.raises(SignInFailed, match="ten minutes"):
        oidc.finished(answer, state)


KEY, OTHER = (RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))


def id_token(key=KEY, algorithm="RS256", **changed: Any) -> str:
    now = int(time.time())
    claims = {"iss": "https://id", "aud": "us", "sub": "ada", "iat": now, "exp": now + 300, "nonce": "n"} | changed
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": "one"}, claims, key, algorithms=[algorithm])


def knowing() -> Oidc:
    oidc = Oidc(OidcSettings("https://id", "us", "secret", "openid", "groups", {}))
    oidc._keys = (oidc.now(), KeySet([KEY]))
    return oidc


def test_a_sound_id_token_is_believed():
    assert knowing()._checked({}, id_token(), "n")["sub"] == "ada"
    assert knowing()._checked({}, id_token(aud=["us", "them"], azp="us"), "n")["sub"] == "ada"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://other"},
        {"aud": "them"},
        {"aud": ["us", "them"]},
        {"aud": ["us", "them"], "azp": "them"},
        {"sub": None},
        {"exp": 1000},
        {"exp": None},
        {"iat": None},
        {"iat": 9_999_999_999},
        {"nonce": "another"},
        {"nonce": None},
        {"key": OTHER, "algorithm": "RS256"},
        {"key": OctKey.import_key("secret" * 8), "algorithm": "HS256"},
    ],
    ids=lambda changed: " ".join(name if name == "key" else f"{name}={value}" for name, value in changed.items()),
)
def test_an_id_token_that_does_not_hold_is_not_believed(changed):
    with pytest.raises(SignInFailed) as failed:
        knowing()._checked({}, id_token(**changed), "n")

    assert failed.value.slug == "oidc-answer"


def test_an_address_that_the_provider_did_not_prove_is_nobodys():
    given = {"email": "boss@example.com", "preferred_username": "mallory"}

    believed = [
        knowing()._checked({}, id_token(**given, **said), "n").get("email")
        for said in ({}, {"email_verified": True}, {"email_verified": False}, {"email_verified": "false"})
    ]

    assert believed == ["boss@example.com", "boss@example.com", None, None]


@pytest.mark.parametrize("token", ["", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.", "é"])
def test_what_is_no_id_token_is_not_believed(token):
    with pytest.raises(SignInFailed):
        knowing()._checked({}, token, "n")


def test_a_provider_that_does_not_answer_is_told_of():
    with pytest.raises(SignInFailed) as failed:
        Oidc(OidcSettings("http://127.0.0.1:9", "us", "", "openid", "groups", {})).begun(CALLBACK, "/")

    assert failed.value.slug == "oidc-unreachable"


def test_the_highest_role_counts_and_dots_lead_into_objects():
    mapping = mapping_of("a=viewer, b=admin ,*=viewer")
    assert role_of({"groups": ["a", "b", "c"]}, "groups", mapping) == "admin"
    assert role_of({"groups": "a"}, "groups", mapping) == "viewer"
    assert role_of({}, "groups", mapping) == "viewer"
    assert role_of({"realm": {"roles": ["b"]}}, "realm.roles", mapping) == "admin"
    assert role_of({"https://x.y/roles": ["b"]}, "https://x.y/roles", mapping) == "admin"
    assert role_of({"groups": ["*", 5, None]}, "groups", mapping_of("b=admin")) is None
    with pytest.raises(StartRefused, match="VALUE=ROLE"):
        mapping_of("a=emperor")


@pytest.mark.parametrize(
    "given",
    [
        {"CLIENT_ID": ""},
        {"ROLES": ""},
        {"ISSUER": "http://id.example.com"},
        {"ISSUER": "id.example.com"},
    ],
    ids=str,
)
def test_settings_that_cannot_sign_anybody_in_are_refused(given):
    sound = {"ISSUER": "https://id.example.com", "CLIENT_ID": "us", "ROLES": "*=viewer"}
    assert read([], {f"SPANORIGIN_OIDC_{name}": value for name, value in sound.items()}).oidc is not None

    with pytest.raises(StartRefused) as refused:
        read([], {f"SPANORIGIN_OIDC_{name}": value for name, value in (sound | given).items()})

    assert refused.value.slug == "oidc-settings"
