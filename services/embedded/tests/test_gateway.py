"""The front door: one address for the page, the interfaces and the login."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from beamlore.embedded import Installation, Tokens


@pytest.fixture
async def http(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=installation.front_door, timeout=30) as http:
        yield http


async def test_config_json_says_where_things_are(installation: Installation, http: httpx.AsyncClient) -> None:
    config = (await http.get("/config.json")).json()
    assert config == {"oidc": {"issuer": installation.issuer, "clientId": "beamlore-web"}, "api": "/api"}
    discovery = (await http.get(f"{config['oidc']['issuer']}/.well-known/openid-configuration")).json()
    assert discovery["issuer"] == installation.issuer
    assert discovery["authorization_endpoint"].startswith(installation.front_door)


@pytest.mark.parametrize("path", ["/", "/scans", "/any/page?of=the-app"])
async def test_every_page_is_the_app_never_stale_and_with_a_policy(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert '<div id="root">' in answer.text


async def test_assets_are_kept_for_ever_and_compressed(http: httpx.AsyncClient) -> None:
    script = re.search(r'src="(/assets/[^"]+\.js)"', (await http.get("/")).text)
    assert script
    answer = await http.get(script[1], headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert (await http.get("/assets/gone.js")).status_code == 404


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/api/useroffice/v1/openapi.json", "user office"),
        ("/api/configurator/v1/openapi.json", "configurator"),
        ("/api/ingestor/v1/openapi.json", "ingestor"),
    ],
)
async def test_each_interface_is_behind_it(http: httpx.AsyncClient, path: str, title: str) -> None:
    answer = await http.get(path)
    assert answer.is_success
    assert title in answer.json()["info"]["title"].lower()


async def test_a_person_comes_through_to_the_catalogue(http: httpx.AsyncClient, token: Tokens) -> None:
    answer = await http.get("/api/beamlore/v1/me", headers={"Authorization": f"Bearer {token('staff')}"})
    assert answer.json()["staffOf"] == ["balder"]


async def test_events_come_at_once(http: httpx.AsyncClient, token: Tokens) -> None:
    headers = {"Authorization": f"Bearer {token('ada')}", "Accept-Encoding": "gzip"}
    async with asyncio.timeout(30), http.stream("GET", "/api/beamlore/v1/events", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in stream.headers
        assert await anext(stream.aiter_bytes())


async def test_a_service_that_is_away_is_a_problem_told_as_one(
    installation: Installation, http: httpx.AsyncClient
) -> None:
    await installation.stop("useroffice")
    try:
        answer = await http.get("/api/useroffice/v1/proposals")
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 503
    finally:
        await installation.start("useroffice")
    assert (await http.get("/api/useroffice/v1/openapi.json")).is_success


async def test_localhost_leads_to_the_one_address(installation: Installation) -> None:
    port = installation.ports["gateway"]
    async with httpx.AsyncClient(base_url=installation.front_door) as http:
        answer = await http.get("/scans?a=b", headers={"Host": f"localhost:{port}"})
    assert answer.status_code == 308
    assert answer.headers["location"] == f"{installation.front_door}/scans?a=b"


async def test_people_are_sent_back_to_the_front_door_and_nowhere_else(
    installation: Installation, http: httpx.AsyncClient
) -> None:
    async def ask(redirect: str, **more: str) -> httpx.Response:
        query = {"client_id": "beamlore-web", "response_type": "code", "scope": "openid", "redirect_uri": redirect}
        return await http.get("/idp/realms/facility/protocol/openid-connect/auth", params=query | more)

    proof = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
    right = await ask(f"{installation.front_door}/callback", **proof)
    assert right.status_code == 200
    assert "password" in right.text
    assert (await ask("http://elsewhere.example/callback", **proof)).status_code == 400
    # Without PKCE nobody gets as far as a login.
    unproven = await ask(f"{installation.front_door}/callback")
    assert "error=invalid_request" in unproven.headers["location"]


async def test_tokens_of_people_with_many_groups_are_taken(
    installation: Installation, http: httpx.AsyncClient, token: Tokens
) -> None:
    """300 groups make a token of 10 kB; four times as much is let through."""
    username, groups = "crowd", [f"proposal:{20_260_000 + number}" for number in range(300)]
    keycloak = installation.keycloak.backchannel
    base, realm = keycloak.split("/realms/")
    form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin"}
    form["password"] = installation.secrets.get("keycloak")
    answer = await http.post(f"{base}/realms/master/protocol/openid-connect/token", data=form)
    admin = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    person = {
        "username": username,
        "enabled": True,
        "firstName": "Many",
        "lastName": "Groups",
        "email": "crowd@facility.example",
        "emailVerified": True,
        "credentials": [{"type": "password", "value": username, "temporary": False}],
        "groups": [f"/{group}" for group in groups],
    }
    parts = {"ifResourceExists": "SKIP", "groups": [{"name": one, "path": f"/{one}"} for one in groups]}
    imported = await http.post(
        f"{base}/admin/realms/{realm}/partialImport", json=parts | {"users": [person]}, headers=admin, timeout=180
    )
    imported.raise_for_status()

    crowd = token(username)
    assert len(crowd) > 9_000
    for service in ("beamlore/v1/me", "useroffice/v1/people/ada"):
        answer = await http.get(f"/api/{service}", headers={"Authorization": f"Bearer {crowd}"})
        assert answer.status_code not in (400, 401, 413, 414, 431), answer.text
    me = await http.get("/api/beamlore/v1/me", headers={"Authorization": f"Bearer {crowd}"})
    assert set(me.json()["groups"]) == set(groups)

    too_long_for_a_token_of_ours = {"Authorization": f"Bearer {'a' * 32_768}"}
    for path in (
        "/api/beamlore/v1/me",
        "/api/configurator/v1/beamlines",
        "/api/ingestor/v1/inbox",
        "/api/useroffice/v1/x",
    ):
        assert (await http.get(path, headers=too_long_for_a_token_of_ours)).status_code in (401, 404), path
    discovery = f"/idp/realms/{realm}/.well-known/openid-configuration"
    assert (await http.get(discovery, headers=too_long_for_a_token_of_ours)).is_success
    assert (await http.get(discovery, params={"id_token_hint": "a" * 24_576})).is_success
