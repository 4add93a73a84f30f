"""Logins by LDAP, at a real directory (OWASP API2:2023; ASVS 2.2.1, 5.3.7: no LDAP injection)."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from ldap3 import Connection, Server
from pydantic import SecretStr

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Tokens

from ..conftest import serving, until
from .conftest import House
from .ldap_server import READER, Directory, directory

BASE = "dc=facility,dc=example"
LDIF = f"""\
dn: {BASE}
objectClass: domain
dc: facility

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people

dn: uid=nora,ou=people,{BASE}
objectClass: inetOrgPerson
uid: nora
cn: Nora Beam
sn: Beam
displayName: Nora Beam
mail: nora@facility.example
userPassword: s3cret

dn: uid=root2,ou=people,{BASE}
objectClass: inetOrgPerson
uid: root2
cn: Not Root
sn: Root
mail: root@facility.example
userPassword: s3cret

dn: ou=groups,{BASE}
objectClass: organizationalUnit
ou: groups

dn: cn=proposal:7,ou=groups,{BASE}
objectClass: groupOfNames
cn: proposal:7
member: uid=nora,ou=people,{BASE}

dn: cn=admin,ou=groups,{BASE}
objectClass: groupOfNames
cn: admin
member: uid=other,ou=people,{BASE}
"""


LDAP_SETTINGS: dict[str, Any] = {
    "ldap_bind_dn": READER[0],
    "ldap_bind_credentials": SecretStr(READER[1]),
    "ldap_search_base": f"ou=people,{BASE}",
    "ldap_group_search_base": f"ou=groups,{BASE}",
    "ldap_external_id": "uid",
    "ldap_username_attr": "uid",
    "access_groups_ldappayload_enabled": True,
}


def remove(server: Directory, entry: str) -> None:
    """Delete an entry of the directory."""
    with Connection(Server(server.url), *READER, auto_bind=True) as connection:
        assert connection.delete(entry), connection.result


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Directory]:
    ldif = tmp_path / "people.ldif"
    ldif.write_text(LDIF)
    async with directory(ldif, BASE) as running:
        yield running


@pytest.fixture
async def ldap_house(
    server: Directory,
    mongo_database: Any,
    settings_for: Callable[..., Settings],
    token: Tokens,
    accounts_file: Path,
) -> AsyncIterator[House]:
    settings = settings_for(
        *mongo_database, functional_accounts_file=accounts_file, ldap_url=server.url, **LDAP_SETTINGS
    )
    async with serving(settings, token) as served:
        yield House(served, settings)


async def enter(client: httpx.AsyncClient, name: str, password: str, route: str = "ldap") -> httpx.Response:
    return await client.post(f"/api/v3/auth/{route}", json={"username": name, "password": password})


async def test_people_of_the_directory_log_in_with_their_groups(ldap_house: House, server: Directory) -> None:
    client = await ldap_house.served.as_(None)
    first = await enter(client, "nora", "s3cret")
    assert first.status_code == 201, first.text
    assert first.json()["user"]["authStrategy"] == "ldap"
    again = await enter(client, "nora", "s3cret", "msad")
    assert again.json()["userId"] == first.json()["userId"]
    client.headers["Authorization"] = f"Bearer {again.json()['id']}"
    who = (await client.get("/api/v3/auth/whoami")).json()
    assert (who["username"], who["email"]) == ("nora", "nora@facility.example")
    assert who["currentGroups"] == ["proposal:7"]
    identity = (await client.get("/api/v3/users/my/identity")).json()
    assert (identity["externalId"], identity["profile"]["displayName"]) == ("nora", "Nora Beam")

    for name, password in (
        ("nora", "wrong"),
        ("nora", ""),
        ("nobody", "s3cret"),
        ("*", "s3cret"),
        ("nora)(uid=*", "s3cret"),
        ("nora)(|(uid=*", "s3cret"),
    ):
        answer = await enter(client, name, password)
        assert answer.status_code == 401, name

    root = await ldap_house.login("root")
    like_root = await enter(client, "root2", "s3cret")
    assert like_root.json()["userId"] != root.id, "whoever has a local account's address is not that account"
    client.headers["Authorization"] = f"Bearer {like_root.json()['id']}"
    assert (await client.get("/api/v3/auth/whoami")).json()["currentGroups"] == []

    server.process.kill()
    await server.process.wait()
    assert (await enter(client, "nora", "s3cret")).status_code == 503


async def test_without_a_directory_there_is_no_such_login(house: House) -> None:
    answer = await enter(await house.served.as_(None), "nora", "s3cret")
    assert (answer.status_code, answer.json()["message"]) == (404, "no LDAP directory is configured")


async def test_somebody_who_left_the_directory_is_out_with_every_token(
    server: Directory,
    mongo_database: Any,
    settings_for: Callable[..., Settings],
    token: Tokens,
    accounts_file: Path,
) -> None:
    more = {**LDAP_SETTINGS, "ldap_url": server.url, "identity_check_seconds": 1}
    settings = settings_for(*mongo_database, functional_accounts_file=accounts_file, **more)
    async with serving(settings, token) as served:
        nobody = await served.as_(None)
        answer = await nobody.post("/api/v3/auth/ldap", json={"username": "nora", "password": "s3cret"})
        nora = served.client({"Authorization": f"Bearer {answer.json()['id']}"})
        made = await nora.post("/api/beamlore/v1/tokens", json={"name": "robot", "scopes": ["*:read"]})
        robot = served.client({"Authorization": f"Bearer {made.json()['token']}"})

        remove(server, f"cn=proposal:7,ou=groups,{BASE}")

        async def lost() -> bool:
            found = [(await one.get("/api/beamlore/v1/me")).json()["groups"] for one in (nora, robot)]
            return found == [[], []]

        await until(lost)
        remove(server, f"uid=nora,ou=people,{BASE}")

        async def out() -> bool:
            return [(await one.get("/api/beamlore/v1/me")).status_code for one in (nora, robot)] == [401, 401]

        await until(out)
        assert (await nora.post("/api/v3/users/jwt")).status_code == 401
