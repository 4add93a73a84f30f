"""A realm is made, grows and follows its installation, on a real Keycloak."""

import pytest
import yaml

from beamlore.ops.errors import OpsError
from beamlore.ops.keycloak.configure import configure


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
