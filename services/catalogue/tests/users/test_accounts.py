"""Functional accounts in SciCat's collections: written once, and kept as the file says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Tokens

from ..conftest import serving
from .conftest import ACCOUNTS, House, account, write_accounts


@pytest.fixture
def opened(
    mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens, accounts_file: Path
) -> Callable[..., Any]:
    @asynccontextmanager
    async def start(**more: Any) -> AsyncIterator[House]:
        settings = settings_for(*mongo_database, functional_accounts_file=accounts_file, **more)
        async with serving(settings, token) as served:
            yield House(served, settings)

    return start


async def test_accounts_are_written_as_scicat_has_them_and_once(opened: Callable[..., Any]) -> None:
    async with opened() as house:
        first = await house.login("ola")
        user = await house.collection("User").find_one({"username": "ola"})
        identity = await house.collection("UserIdentity").find_one({"userId": user["_id"]})
        assert (str(user["_id"]), user["authStrategy"], user["email"]) == (first.id, "local", "ola@facility.example")
        assert sorted(identity["profile"]["accessGroups"]) == ["proposal:2", "robots"]
        assert (identity["provider"], identity["profile"]["id"]) == ("local", first.id)
        roles = {one["_id"]: one["name"] async for one in house.collection("Role").find()}
        assert set(roles.values()) == {"globalaccess", "admin", "proposal:1", "proposal:2", "robots"}
        held = [roles[one["roleId"]] async for one in house.collection("UserRole").find({"userId": user["_id"]})]
        assert sorted(held) == ["proposal:2", "robots"]
    async with opened() as house, opened() as beside:
        assert (await house.login("ola")).id == (await beside.login("ola")).id == first.id
        for collection, number in (("User", 3), ("UserIdentity", 3), ("UserRole", 4)):
            assert await house.collection(collection).count_documents({}) == number


async def test_processes_that_start_at_the_same_moment_write_the_accounts_once(opened: Callable[..., Any]) -> None:
    async with AsyncExitStack() as stack:
        houses = await asyncio.gather(*(stack.enter_async_context(opened()) for _ in range(3)))
        ids = {(await house.login("ola")).id for house in houses}
        assert len(ids) == 1
        for collection, number in (("User", 3), ("UserIdentity", 3), ("UserRole", 4), ("Role", 5)):
            assert await houses[0].collection(collection).count_documents({}) == number


async def test_what_changes_in_the_file_counts_and_what_else_was_changed_stays(
    opened: Callable[..., Any], accounts_file: Path
) -> None:
    async with opened() as house:
        ida = await house.login("ida")
        change = {"currentPassword": "ida", "newPassword": "own", "confirmPassword": "own"}
        assert (await ida.client.post("/api/v3/users/password", json=change)).status_code == 200
    async with opened() as house:
        await house.login("ida", "own")
    write_accounts(accounts_file, [*ACCOUNTS[:2], account("ola", "robots", password="rotated")])
    async with opened() as house:
        await house.login("ida", "own")
        ola = await house.login("ola", "rotated")
        assert (await ola.client.get("/api/beamlore/v1/me")).json()["groups"] == ["robots"]


async def test_an_account_does_not_become_somebody_who_comes_from_a_provider(
    opened: Callable[..., Any], accounts_file: Path
) -> None:
    """OWASP API2:2023: the roles of the file go to nobody who only has the same address."""
    async with opened() as house:
        await house.collection("User").insert_one(
            {"username": "nils", "email": "nils@facility.example", "authStrategy": "oidc"}
        )
    write_accounts(accounts_file, [*ACCOUNTS, account("nils", "admin")])
    async with opened() as house:
        account_of_file = await house.login("nils")
        person = await house.collection("User").find_one({"email": "nils@facility.example"})
        assert (person["authStrategy"], str(person["_id"]) == account_of_file.id) == ("oidc", False)
        assert await house.collection("UserRole").count_documents({"userId": person["_id"]}) == 0
        me = (await account_of_file.client.get("/api/beamlore/v1/me")).json()
        assert (me["isAdmin"], me["email"]) == (True, "nils@facility.example")


async def test_groups_that_everyone_has_are_had_by_accounts(opened: Callable[..., Any]) -> None:
    async with opened(access_groups_static_values=("everyone", " ")) as house:
        ida = await house.login("ida")
        assert (await ida.client.get("/api/beamlore/v1/me")).json()["groups"] == ["everyone", "proposal:1"]
