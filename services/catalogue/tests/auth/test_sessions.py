"""Sessions: tokens of ours and of a SciCat backend, people of the identity provider, and how often a login may fail.

OWASP API2:2023, API4:2023; ASVS 2.2.1, 3.5.2, 3.5.3.
"""

import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from beamlore.catalogue.auth.tokens import SessionTokens
from beamlore.catalogue.settings import Settings
from beamlore.core import Principal, UnauthenticatedError
from beamlore.embedded import Installation, Tokens

from ..conftest import Served, serving

SECRET = "the secret a facility has in its .env"
USER = {"_id": "6b0130ad68b68dd65f11e00b", "username": "ida", "email": "ida@x.example", "authStrategy": "local"}
ME = "/api/beamlore/v1/me"


def scicats(claims: dict[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> str:
    """A token as SciCat's backend signs it: the user's record, when it was made and when it runs out."""
    now = int(time.time())
    return jwt.encode(
        {"alg": algorithm}, {**USER, "iat": now, "exp": now + 60, **claims}, OctKey.import_key(secret), [algorithm]
    )


@pytest.fixture
def tokens() -> SessionTokens:
    return SessionTokens(Settings(mongo_url=SecretStr("mongodb://h/x"), jwt_secret=SecretStr(SECRET)))


def test_tokens_that_a_scicat_backend_gave_out_are_taken(tokens: SessionTokens) -> None:
    proof = tokens.read(scicats({}))
    assert (proof.user_id, proof.principal.groups) == (USER["_id"], frozenset())


@pytest.mark.parametrize(
    "token",
    [
        scicats({}, secret="another secret of the same length, nearly"),
        scicats({}, algorithm="HS512"),
        scicats({"exp": None}),
        scicats({"_id": None}),
        scicats({"iss": "somebody else"}),
        scicats({"iss": "beamlore:catalogue", "aud": "other", "sub": "x"}),
        scicats({"groups": ["catalogue:admin"], "_id": None, "sub": "x"}),
    ],
)
def test_nothing_else_that_is_signed_with_the_secret_is_a_token(tokens: SessionTokens, token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        tokens.read(token)


def test_scicats_token_runs_out(tokens: SessionTokens) -> None:
    with pytest.raises(UnauthenticatedError, match="SESSION_EXPIRED"):
        tokens.read(scicats({"exp": int(time.time()) - 1}))


def test_others_who_share_the_secret_read_our_tokens(tokens: SessionTokens) -> None:
    token = tokens.issue_for(USER, groups=["a"])
    claims = jwt.decode(token, OctKey.import_key(SECRET), algorithms=["HS256"]).claims
    assert {name: claims[name] for name in USER} == USER
    assert claims["groups"] == ["a"]


def test_without_scicats_secret_its_tokens_are_nothing() -> None:
    ours = SessionTokens(Settings(mongo_url=SecretStr("mongodb://h/x"), token_secret=SecretStr(SECRET)))
    with pytest.raises(UnauthenticatedError):
        ours.read(scicats({}))
    assert ours.read(ours.issue(Principal(subject="s", username="x"))).principal.username == "x"


@pytest.fixture
async def strict(
    mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens, tmp_path: Path
) -> AsyncIterator[Served]:
    file = tmp_path / "accounts.json"
    file.write_text(json.dumps([{"username": "ida", "password": "ida", "email": "ida@x.example", "role": "a"}]))
    limits = {"login_failures": "3/minute", "login_failures_of_address": "6/minute"}
    async with serving(settings_for(*mongo_database, functional_accounts_file=file, **limits), token) as served:
        yield served


async def test_a_login_that_fails_too_often_has_to_wait(strict: Served) -> None:
    client = await strict.as_(None)

    async def attempt(name: str, password: str) -> httpx.Response:
        return await client.post("/api/v3/auth/login", json={"username": name, "password": password})

    for _ in range(5):
        assert (await attempt("ida", "ida")).status_code == 201, "what succeeds is not counted"
    for _ in range(3):
        assert (await attempt("ida", "wrong")).status_code == 401
    refused = await attempt("IDA", "ida")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    for name in ("x", "y", "z"):
        assert (await attempt(name, "wrong")).status_code == 401
    assert (await attempt("somebody else", "x")).status_code == 429, "the address has failed too often"


@pytest.fixture
def id_token(servers: Installation) -> Callable[[str], Any]:
    issuer = servers.environment("catalogue").get("BEAMLORE_OIDC_BACKCHANNEL_URL") or servers.issuer

    async def get(person: str) -> str:
        form = {"grant_type": "password", "client_id": "beamlore-cli", "username": person, "password": person}
        async with httpx.AsyncClient(timeout=20) as provider:
            answer = await provider.post(f"{issuer}/protocol/openid-connect/token", data=form | {"scope": "openid"})
        return str(answer.json()["id_token"])

    return get


async def test_people_of_the_provider_have_one_record_however_they_come(
    served: Served, id_token: Callable[[str], Any]
) -> None:
    client, ada = await served.as_(None), await served.as_("ada")
    bearer = (await ada.get("/api/v3/auth/whoami")).json()
    first = await client.post("/api/v3/auth/oidc/token", json={"idToken": await id_token("ada")})
    again = await client.post("/api/v3/auth/oidc/token", json={"idToken": await id_token("ada")})
    assert first.status_code == again.status_code == 201
    assert {first.json()["userId"], again.json()["userId"]} == {bearer["_id"]}
    assert first.json()["user"]["authStrategy"] == "oidc"
    users = served.app.state.catalogue.database["User"]
    assert await users.count_documents({"username": "ada"}) == 1
    identity = (await ada.get("/api/v3/users/my/identity")).json()
    assert identity["userId"] == bearer["_id"]
    assert identity["provider"] == served.app.state.settings.oidc_issuer
    settings = await ada.put(f"/api/v3/users/{bearer['_id']}/settings", json={"jobCount": 9})
    assert settings.json()["jobCount"] == 9


async def test_somebody_with_the_name_of_a_local_account_is_not_it(
    served: Served, id_token: Callable[[str], Any], servers: Installation
) -> None:
    users = served.app.state.catalogue.database["User"]
    local = {"username": "ada", "email": "ada@facility.example", "password": "x", "authStrategy": "local"}
    await users.insert_one(local)
    client = await served.as_(None)
    answer = await client.post("/api/v3/auth/oidc/token", json={"idToken": await id_token("ada")})
    assert answer.status_code == 201
    assert answer.json()["userId"] != str(local["_id"])


async def test_logout_leads_to_the_providers_own(served: Served, id_token: Callable[[str], Any]) -> None:
    client = await served.as_(None)
    answer = await client.post("/api/v3/auth/oidc/token", json={"idToken": await id_token("ada")})
    client.headers["Authorization"] = f"Bearer {answer.json()['id']}"
    ended = (await client.post("/api/v3/auth/logout")).json()
    assert ended["logout"] == "successful"
    assert "logout" in ended["logoutURL"]
    assert (await client.get(ME)).status_code == 401


async def test_frontends_are_known_by_name(served: Served) -> None:
    client = await served.as_(None)
    assert (await client.get("/api/v3/auth/oidc", params={"client": "scicat"})).status_code == 302
    assert (await client.get("/api/v3/auth/oidc", params={"client": "unknown"})).status_code == 401


async def test_without_a_provider_there_are_no_logins_by_it(
    mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens
) -> None:
    async with serving(settings_for(*mongo_database, oidc_issuer=""), token) as served:
        client, ada = await served.as_(None), await served.as_("ada")
        assert (await client.get("/api/v3/auth/oidc")).status_code == 404
        assert (await client.post("/api/v3/auth/oidc/token", json={"idToken": "a.b.c"})).status_code == 404
        assert (await ada.get(ME)).status_code == 401
        assert (await served.member_of("a").get(ME)).json()["groups"] == ["a"]
