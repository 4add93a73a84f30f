"""SciCat's login routes, with the real identity provider."""

import base64
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from argon2 import PasswordHasher

from beamlore.catalogue.auth.tokens import SessionTokens
from beamlore.catalogue.settings import Settings
from beamlore.catalogue.users.accounts import load_accounts
from beamlore.core import Principal, UnauthenticatedError
from beamlore.embedded import Installation, Tokens

from ..conftest import Served, serving

ACCOUNTS = [
    {"username": "admin", "password": "plain text", "email": "a@b.example", "role": "admin", "global": True},
    {"username": "robot", "password": PasswordHasher().hash("hashed"), "email": "", "role": ["proposal:20260101"]},
]


@pytest.fixture
async def functional(
    mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens, tmp_path: Path
) -> AsyncIterator[Served]:
    file = tmp_path / "functionalAccounts.json"
    file.write_text(json.dumps(ACCOUNTS))
    settings = settings_for(*mongo_database, functional_accounts_file=file)
    async with serving(settings, token) as served:
        yield served


async def login(client: httpx.AsyncClient, username: str, password: str) -> httpx.Response:
    return await client.post("/api/v3/auth/login", json={"username": username, "password": password})


@pytest.mark.parametrize(("username", "password"), [("admin", "plain text"), ("robot", "hashed")])
async def test_a_functional_account_logs_in_and_is_known_everywhere(
    functional: Served, username: str, password: str
) -> None:
    client = await functional.as_(None)
    answer = await login(client, username, password)
    assert answer.status_code == 201
    body = answer.json()
    assert {"id", "access_token", "ttl", "created", "userId", "user"} <= set(body)
    assert body["id"] == body["access_token"]
    assert body["user"]["username"] == username
    bearer = {"Authorization": f"Bearer {body['id']}"}
    assert (await client.get("/api/v3/auth/whoami", headers=bearer)).json()["id"] == body["userId"]
    me = (await client.get("/api/beamlore/v1/me", headers=bearer)).json()
    assert me["isAdmin"] is (username == "admin")


@pytest.mark.parametrize(("username", "password"), [("admin", "wrong"), ("nobody", "nobody"), ("robot", "")])
async def test_wrong_names_and_passwords_are_refused_alike(functional: Served, username: str, password: str) -> None:
    answer = await login(await functional.as_(None), username, password)
    assert answer.status_code == 401
    assert answer.json() == {"statusCode": 401, "message": "Unauthorized", "error": "Unauthorized"}


def _tokens(settings_for: Callable[..., Settings], **more: Any) -> SessionTokens:
    return SessionTokens(settings_for("mongodb://localhost", "x", **more))


SOMEBODY = Principal(subject="functional:x", username="x", groups=frozenset({"g"}))


async def test_forged_and_foreign_tokens_are_refused(settings_for: Callable[..., Settings]) -> None:
    tokens = _tokens(settings_for)
    token = tokens.issue(SOMEBODY)
    assert tokens.verify(token).groups == frozenset({"g"})
    header, payload, signature = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    richer = base64.urlsafe_b64encode(
        json.dumps(json.loads(base64.urlsafe_b64decode(payload + "==")) | {"groups": ["catalogue:admin"]}).encode()
    ).rstrip(b"=")
    other = _tokens(settings_for, token_secret="another secret, of thirty-two characters").issue(SOMEBODY)
    sealed = tokens.seal({"sub": "x"})
    for forged in (f"{none}.{payload}.", f"{header}.{richer.decode()}.{signature}", other, sealed, "", "a.b.c"):
        with pytest.raises(UnauthenticatedError):
            tokens.verify(forged)


async def test_a_token_never_outlives_what_proved_it(settings_for: Callable[..., Settings]) -> None:
    soon = time.time() + 30
    principal = Principal(subject="s", username="x", expires_at=soon)
    tokens = _tokens(settings_for)
    assert tokens.verify(tokens.issue(principal)).expires_at == int(soon)


async def test_expired_tokens_are_refused(settings_for: Callable[..., Settings]) -> None:
    tokens = _tokens(settings_for)
    with pytest.raises(UnauthenticatedError):
        tokens.verify(tokens.issue(Principal(subject="s", username="x", expires_at=time.time() - 1)))


async def test_none_of_the_forged_tokens_passes_over_http(functional: Served) -> None:
    client = await functional.as_(None)
    for token in ("a.b.c", "x", f"{base64.urlsafe_b64encode(b'{}').decode()}.e30.", "é"):
        headers = {"Authorization": f"Bearer {token}".encode()}
        assert (await client.get("/api/beamlore/v1/me", headers=headers)).status_code == 401


def test_a_file_that_is_no_list_of_accounts_is_said_to_be_wrong(
    settings_for: Callable[..., Settings], tmp_path: Path
) -> None:
    file = tmp_path / "accounts.json"
    file.write_text('[{"username": "x"}]')
    with pytest.raises(ValueError, match="password"):
        load_accounts(settings_for("mongodb://localhost", "x", functional_accounts_file=file))


async def test_the_browsers_login_leads_to_the_identity_provider_and_back(functional: Served) -> None:
    client = await functional.as_(None)
    away = await client.get("/api/v3/auth/oidc", params={"returnUrl": "/datasets"})
    assert away.status_code == 302
    query = parse_qs(urlsplit(away.headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"][0].endswith("/api/v3/auth/oidc/callback")
    assert "HttpOnly" in away.headers["set-cookie"]
    assert "verifier" not in away.headers["set-cookie"]
    cookie = {"Cookie": away.headers["set-cookie"].split(";")[0]}
    wrong = await client.get("/api/v3/auth/oidc/callback", params={"code": "x", "state": "other"}, headers=cookie)
    assert wrong.status_code == 401
    made_up = {"code": "x", "state": query["state"][0]}
    assert (await client.get("/api/v3/auth/oidc/callback", params=made_up, headers=cookie)).status_code == 401
    assert (await client.get("/api/v3/auth/oidc/callback", params=made_up)).status_code == 401


async def test_a_person_logs_in_with_the_browser(functional: Served, servers: Installation) -> None:
    backchannel = servers.environment("catalogue").get("BEAMLORE_OIDC_BACKCHANNEL_URL") or servers.issuer
    host = {"Host": urlsplit(servers.front_door).netloc}
    client = await functional.as_(None)
    away = await client.get("/api/v3/auth/oidc", params={"returnUrl": "/datasets"}, headers=host)
    async with httpx.AsyncClient(timeout=30) as browser:
        page = await browser.get(away.headers["location"].replace(servers.issuer, backchannel))
        # Keycloak marks its cookies as secure also where the address is not; a cookie jar then keeps them to itself.
        kept = {"Cookie": "; ".join(one.split(";")[0] for one in page.headers.get_list("set-cookie"))}
        action = re.search(r'action="([^"]+)"', page.text)
        assert action is not None, page.text[:500]
        form = {"username": "ada", "password": "ada"}
        url = unescape(action[1]).replace(servers.issuer, backchannel)
        back = await browser.post(url, data=form, headers=kept)
    assert back.status_code == 302, back.text[:500]
    location = urlsplit(back.headers["location"])
    assert location.path == "/api/v3/auth/oidc/callback"
    cookie = {"Cookie": away.headers["set-cookie"].split(";")[0]}
    done = await client.get(f"{location.path}?{location.query}", headers=host | cookie)
    assert done.status_code == 302, done.text
    target = urlsplit(done.headers["location"])
    found = {name: values[0] for name, values in parse_qs(target.query).items()}
    assert target.path == "/auth-callback"
    assert found["returnUrl"] == "/datasets"
    me = await client.get("/api/beamlore/v1/me", headers={"Authorization": f"Bearer {found['access-token']}"})
    assert me.json()["username"] == "ada"
    assert "proposal:20260101" in me.json()["groups"]


@pytest.mark.parametrize("url", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_nobody_is_sent_elsewhere_with_a_token(functional: Served, url: str) -> None:
    answer = await (await functional.as_(None)).get("/api/v3/auth/oidc", params={"returnUrl": url})
    assert answer.status_code == 400


async def test_an_id_token_is_taken_and_nonsense_is_not(functional: Served, servers: Installation) -> None:
    issuer = servers.environment("catalogue").get("BEAMLORE_OIDC_BACKCHANNEL_URL") or servers.issuer
    async with httpx.AsyncClient(timeout=20) as provider:
        form = {
            "grant_type": "password",
            "client_id": "beamlore-cli",
            "username": "ada",
            "password": "ada",
            "scope": "openid",
        }
        given = (await provider.post(f"{issuer}/protocol/openid-connect/token", data=form)).json()
    client = await functional.as_(None)
    answer = await client.post("/api/v3/auth/oidc/token", json={"idToken": given["id_token"]})
    assert answer.status_code == 201, answer.text
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await client.get("/api/beamlore/v1/me", headers=bearer)).json()["username"] == "ada"
    for wrong in ("nonsense", given["id_token"][:-8] + "AAAAAAAA"):
        assert (await client.post("/api/v3/auth/oidc/token", json={"idToken": wrong})).status_code == 401
