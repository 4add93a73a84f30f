"""Groups are looked up with every request; a session that has ended stays so (API2:2023; ASVS 3.3.1, 4.1.1)."""

from typing import Any

import pytest
from bson import ObjectId

from beamlore.catalogue.users.directory import proved_address

from ..conftest import until
from .conftest import House

ME = "/api/beamlore/v1/me"


async def groups_of(somebody: Any) -> list[str]:
    found: list[str] = (await somebody.client.get(ME)).json()["groups"]
    return found


async def test_what_others_write_about_a_user_counts_within_a_second(house: House) -> None:
    ida = await house.login("ida")
    assert await groups_of(ida) == ["proposal:1"]
    identities = house.collection("UserIdentity")
    mine = {"userId": ObjectId(ida.id)}

    await identities.update_one(mine, {"$set": {"profile.accessGroups": ["proposal:1", "proposal:9"]}})

    async def seen() -> bool:
        return await groups_of(ida) == ["proposal:1", "proposal:9"]

    await until(seen, seconds=1.5)
    await house.collection("UserRole").delete_many(mine)
    await identities.update_one(mine, {"$set": {"profile.accessGroups": ["", None, 5]}})

    async def gone() -> bool:
        return await groups_of(ida) == []

    await until(gone, seconds=1.5)


async def test_a_role_that_is_given_is_had(house: House) -> None:
    ida, root = await house.login("ida"), await house.login("root")
    admin = await house.collection("Role").find_one({"name": "admin"})
    await house.collection("UserRole").insert_one({"userId": ObjectId(ida.id), "roleId": admin["_id"]})

    async def administrator() -> bool:
        return bool((await ida.client.get(ME)).json()["isAdmin"])

    await until(administrator, seconds=1.5)
    assert (await root.client.get(ME)).json()["isAdmin"]


async def test_a_user_who_is_no_more_has_no_valid_token(house: House) -> None:
    ida = await house.login("ida")
    assert (await ida.client.get(ME)).status_code == 200
    await house.collection("User").delete_one({"username": "ida"})

    async def refused() -> bool:
        return (await ida.client.get(ME)).status_code == 401

    await until(refused, seconds=1.5)


async def test_logout_ends_this_session_at_once_and_no_other(house: House) -> None:
    first, second = await house.login("ida"), await house.login("ida")
    assert first.token != second.token
    answer = await first.client.post("/api/v3/auth/logout")
    assert (answer.status_code, answer.json()) == (200, {"logout": "successful"})
    assert (await first.client.get(ME)).status_code == 401
    assert (await first.client.post("/api/v3/auth/logout")).status_code == 401
    assert (await second.client.get(ME)).status_code == 200
    kept = await house.collection("beamlore_revoked").find().to_list()
    assert len(kept) == 1
    assert first.token not in str(kept)


@pytest.mark.parametrize(
    ("strategy", "profile", "proved"),
    [
        ("local", {"email": "a@b.c"}, True),
        ("ldap", {"email": "a@b.c"}, True),
        ("oidc", {"email": "a@b.c"}, False),
        ("oidc", {"email": "a@b.c", "emailVerified": True}, True),
        ("oidc", {"email": "a@b.c", "oidcClaims": {"email_verified": True}}, True),
        ("oidc", {"email": "a@b.c", "oidcClaims": {"email_verified": False}}, False),
        ("oidc", {"email": "a@b.c", "emailVerified": False, "oidcClaims": {"email_verified": True}}, False),
        ("oidc", {"email": "a@b.c", "emailVerified": "yes", "oidcClaims": "x"}, False),
    ],
)
def test_stored_address_counts_where_its_source_vouches_for_it(strategy: str, profile: Any, proved: bool) -> None:
    assert proved_address(strategy, profile, is_trusted=False) == ("a@b.c" if proved else "")
    assert proved_address(strategy, profile, is_trusted=True) == "a@b.c"
