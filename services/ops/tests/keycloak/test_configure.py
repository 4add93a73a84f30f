"""A realm is made, grows and follows its installation, on a real Keycloak."""

import base64
import json
import secrets

import httpx
import pytest
import yaml

from beamlore.core import IdentityCheckSettings, KeycloakAccounts
from beamlore.embedded import Installation
from beamlore.ops.errors import OpsError
from beamlore.ops.keycloak.configure import configure
from beamlore.ops.keycloak.settings import KeycloakConfigureSettings


class Wanted:
    """A realm of the test's own and what the command is told of it."""

    def __init__(self, servers: Installation, directory) -> None:
        self.base = servers.keycloak.backchannel.split("/realms/")[0]
        self.realm = f"ops-{secrets.token_hex(4)}"
        self._admin_password = servers.secrets.get("keycloak")
        self._directory = directory
        self.clients_dir = directory / "clients"
        self.clients_dir.mkdir()
        for name in ("catalogue", "ingestor", "ops", "beamline-balder"):
            self.set_secret(name, f"secret of {name}")
        self.set_beamlines("balder")

    def set_secret(self, client: str, secret: str) -> None:
        (self.clients_dir / client).write_text(secret)

    def set_beamlines(self, *names: str) -> None:
        (self._directory / "beamlines.yaml").write_text(yaml.safe_dump([{"name": name} for name in names]))

    def settings(self, **changes) -> KeycloakConfigureSettings:
        values = {
            "keycloak_url": self.base,
            "keycloak_admin_password": self._admin_password,
            "keycloak_wait_seconds": 2,
            "public_url": "https://one.example",
            "realm": self.realm,
            "clients_dir": self.clients_dir,
            "beamlines_file": self._directory / "beamlines.yaml",
        }
        return KeycloakConfigureSettings(**(values | changes))

    def admin(self) -> httpx.Client:
        form = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": "admin",
            "password": self._admin_password,
        }
        answer = httpx.post(f"{self.base}/realms/master/protocol/openid-connect/token", data=form)
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return httpx.Client(base_url=f"{self.base}/admin/realms/{self.realm}", headers=headers, timeout=60)

    def get(self, path: str, **params):
        with self.admin() as http:
            answer = http.get(path, params=params)
            answer.raise_for_status()
            return answer.json()

    def token(self, **form) -> dict | None:
        """Return what a token says, ``None`` where none is given."""
        answer = httpx.post(f"{self.base}/realms/{self.realm}/protocol/openid-connect/token", data=form, timeout=60)
        if answer.is_error:
            return None
        body = answer.json()["access_token"].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))

    def service_token(self, name: str, secret: str | None = None) -> dict | None:
        secret = secret or f"secret of {name}"
        return self.token(grant_type="client_credentials", client_id=name, client_secret=secret)


@pytest.fixture
async def wanted(servers: Installation, tmp_path):
    wanted = Wanted(servers, tmp_path)
    yield wanted
    with wanted.admin() as http:
        http.delete("")


async def test_new_realm_has_groups_clients_and_their_rights(wanted):
    await configure(wanted.settings())

    assert {one["name"] for one in wanted.get("/groups")} >= {"beamline:balder:staff", "catalogue:admin"}
    assert wanted.service_token("ingestor")["groups"] == ["catalogue:ingest", "useroffice:read"]
    assert wanted.service_token("ops")["groups"] == ["catalogue:admin"]
    assert wanted.service_token("beamline-balder")["groups"] == ["configurator:read"]
    assert (
        wanted.service_token("catalogue")["aud"] == "beamlore" or "beamlore" in wanted.service_token("catalogue")["aud"]
    )
    assert wanted.get("/users") == []


async def test_repeated_command_adds_a_beamline_and_keeps_what_people_changed(wanted):
    await configure(wanted.settings())
    with wanted.admin() as http:
        http.put("", json={"displayName": "Our light source"}).raise_for_status()
        http.post("/groups", json={"name": "a group of ours"}).raise_for_status()

    wanted.set_beamlines("balder", "hippie")
    wanted.set_secret("beamline-hippie", "secret of beamline-hippie")
    await configure(wanted.settings())

    groups = {one["name"] for one in wanted.get("/groups")}
    assert groups >= {"beamline:balder:staff", "beamline:hippie:staff", "a group of ours"}
    assert wanted.service_token("beamline-hippie")["groups"] == ["configurator:read"]
    assert wanted.get("")["displayName"] == "Our light source"


async def test_secrets_and_addresses_follow_the_installation(wanted):
    await configure(wanted.settings())

    wanted.set_secret("ingestor", "changed")
    await configure(wanted.settings(public_url="https://two.example/"))

    assert wanted.service_token("ingestor") is None
    assert wanted.service_token("ingestor", "changed") is not None
    (web,) = wanted.get("/clients", clientId="beamlore-web")
    assert web["redirectUris"] == ["https://two.example/*"]
    assert web["webOrigins"] == ["https://two.example"]
    (catalogue,) = wanted.get("/clients", clientId="catalogue")
    assert catalogue["redirectUris"] == ["https://two.example/api/v3/auth/oidc/callback"]


async def test_people_of_a_demo_log_in_with_their_groups(wanted, tmp_path):
    people = {
        "people": [{"username": "ada", "name": "Ada Lovelace", "email": "ada@facility.example", "orcid": None}],
        "proposals": [{"id": "2026", "title": "left alone", "principalInvestigator": "ada", "members": []}],
        "groups": {"ada": ["beamline:balder:staff"]},
    }
    (tmp_path / "people.yaml").write_text(yaml.safe_dump(people))

    await configure(wanted.settings(people_file=tmp_path / "people.yaml"))

    claims = wanted.token(
        grant_type="password", client_id="beamlore-cli", username="ada", password="ada", scope="openid"
    )
    assert sorted(claims["groups"]) == ["beamline:balder:staff", "proposal:2026"]
    assert claims["name"] == "Ada Lovelace"


async def test_wrong_password_of_the_administrator_is_said_as_such(wanted):
    with pytest.raises(OpsError, match="administrator's password"):
        await configure(wanted.settings(keycloak_admin_password="wrong"))


async def test_keycloak_that_is_away_is_named(wanted):
    with pytest.raises(OpsError, match="does not answer"):
        await configure(wanted.settings(keycloak_url="http://127.0.0.1:9/idp"))


PERSON = {
    "username": "eve",
    "enabled": True,
    "firstName": "Eve",
    "lastName": "Dropper",
    "email": "eve@facility.example",
    "emailVerified": True,
    "credentials": [{"type": "password", "value": "a long secret of eve", "temporary": False}],
}


def log_in(wanted: Wanted, password: str = PERSON["credentials"][0]["value"], client: str = "beamlore-cli"):
    return wanted.token(grant_type="password", client_id=client, username="eve", password=password, scope="openid")


async def test_services_may_look_accounts_up_and_nothing_else(wanted):
    await configure(wanted.settings())
    settings = IdentityCheckSettings(
        oidc_issuer=f"{wanted.base}/realms/{wanted.realm}", client_id="catalogue", client_secret="secret of catalogue"
    )
    with wanted.admin() as http:
        http.post("/users", json=PERSON).raise_for_status()
    (eve,) = wanted.get("/users", username="eve")

    account = await KeycloakAccounts(settings).account(eve["id"])

    assert account.is_active
    assert account.email == "eve@facility.example"
    form = {"grant_type": "client_credentials", "client_id": "catalogue", "client_secret": "secret of catalogue"}
    answer = httpx.post(f"{wanted.base}/realms/{wanted.realm}/protocol/openid-connect/token", data=form, timeout=60)
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    with httpx.Client(base_url=f"{wanted.base}/admin/realms/{wanted.realm}", headers=headers, timeout=60) as http:
        assert http.put(f"/users/{eve['id']}", json=eve | {"email": "x@facility.example"}).status_code == 403
        assert http.post("/groups", json={"name": "mine"}).status_code == 403
        assert http.get("/clients").status_code == 403


async def test_right_to_look_up_is_given_to_services_that_are_there(wanted):
    await configure(wanted.settings())
    (catalogue,) = wanted.get("/clients", clientId="catalogue")
    (management,) = wanted.get("/clients", clientId="realm-management")
    account = wanted.get(f"/clients/{catalogue['id']}/service-account-user")
    path = f"/users/{account['id']}/role-mappings/clients/{management['id']}"
    with wanted.admin() as http:
        http.request("DELETE", path, json=wanted.get(path)).raise_for_status()

    await configure(wanted.settings())

    assert [one["name"] for one in wanted.get(path)] == ["view-users"]


async def test_nobody_guesses_a_password(wanted):
    await configure(wanted.settings())
    with wanted.admin() as http:
        http.post("/users", json=PERSON).raise_for_status()
    assert log_in(wanted) is not None

    for _ in range(10):
        assert log_in(wanted, "wrong") is None

    assert log_in(wanted) is None, "the right one does not help now"


async def test_nobody_changes_their_own_address(wanted):
    await configure(wanted.settings())
    with wanted.admin() as http:
        http.post("/users", json=PERSON).raise_for_status()
        client = {"clientId": "browser", "publicClient": True, "directAccessGrantsEnabled": True}
        http.post("/clients", json=client).raise_for_status()
    form = {"grant_type": "password", "client_id": "browser", "username": "eve", "scope": "openid"}
    answer = httpx.post(
        f"{wanted.base}/realms/{wanted.realm}/protocol/openid-connect/token",
        data=form | {"password": PERSON["credentials"][0]["value"]},
        timeout=60,
    )
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept": "application/json"}
    account = f"{wanted.base}/realms/{wanted.realm}/account"
    mine = httpx.get(account, headers=headers, timeout=60).json()
    assert mine["email"] == "eve@facility.example"

    changed = {"username": "eve", "firstName": "Eve", "lastName": "D", "email": "bo@facility.example"}
    refused = httpx.post(account, headers=headers, json=changed, timeout=60)

    assert refused.status_code == 400
    (eve,) = wanted.get("/users", username="eve")
    assert (eve["email"], eve["lastName"]) == ("eve@facility.example", "Dropper")


async def test_realm_that_is_there_is_protected_and_keeps_what_was_chosen(wanted):
    await configure(wanted.settings())
    with wanted.admin() as http:
        profile = http.get("/users/profile").json()
        email = next(one for one in profile["attributes"] if one["name"] == "email")
        email["permissions"]["edit"] = ["admin", "user"]
        http.put("/users/profile", json=profile).raise_for_status()
        http.put("", json={"bruteForceProtected": False, "passwordPolicy": "length(8)"}).raise_for_status()

    await configure(wanted.settings())

    realm = wanted.get("")
    assert (realm["bruteForceProtected"], realm["failureFactor"], realm["passwordPolicy"]) == (True, 10, "length(8)")
    email = next(one for one in wanted.get("/users/profile")["attributes"] if one["name"] == "email")
    assert email["permissions"]["edit"] == ["admin"]

    with wanted.admin() as http:
        http.put("", json={"failureFactor": 3}).raise_for_status()
    await configure(wanted.settings())
    assert wanted.get("")["failureFactor"] == 3


async def test_applications_tokens_do_not_open_the_account(wanted):
    await configure(wanted.settings())
    with wanted.admin() as http:
        http.post("/users", json=PERSON).raise_for_status()

    claims = log_in(wanted)

    assert "account" not in claims["aud"]
    assert "resource_access" not in claims
