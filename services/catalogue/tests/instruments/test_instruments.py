"""SciCat's instrument routes."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from ..conftest import Served
from ..facility import MALFORMED, asked, facility

URL = "/api/v3/instruments"
NEW = {"pid": "balder", "uniqueName": "BALDER", "name": "Balder"}


@pytest.fixture
async def served(mongo_database: Any, settings_for: Callable[..., Any], token: Any) -> AsyncIterator[Served]:
    async with facility(mongo_database, settings_for, token) as running:
        yield running


async def create(served: Served, **more: Any) -> dict[str, Any]:
    created: dict[str, Any] = await asked(served.member_of("admin"), "POST", URL, 201, json=NEW | more)
    return created


async def find(client: httpx.AsyncClient, route: str = "", **filter: Any) -> Any:
    return await asked(client, "GET", f"{URL}{route}", params={"filter": json.dumps(filter)})


async def test_everyone_sees_instruments(served: Served) -> None:
    sent = {"energy": {"value": 2, "unit": "keV"}, "hutch.no": 1}
    made = await create(served, customMetadata=sent)
    shown = made["customMetadata"]
    assert shown["hutch.no"] == 1
    assert shown["energy"]["value"] == 2
    assert shown["energy"]["valueSI"] == pytest.approx(2000 * 1.602176634e-19)
    nobody = await served.as_(None)
    assert await asked(nobody, "GET", URL) == [made]
    assert await asked(nobody, "GET", f"{URL}/balder") == made
    assert made["id"] == made["_id"] == made["pid"] == "balder"
    assert (await nobody.get(f"{URL}/nowhere")).status_code == 404


async def test_who_may_write(served: Served) -> None:
    """OWASP API5:2023, ASVS 8.2.1."""
    await create(served)
    new = NEW | {"pid": "hippie", "uniqueName": "HIPPIE"}
    for groups, create_, change, delete in (
        (("user office", "pg1"), 403, 403, 403),
        (("admin",), 201, 200, 403),
        (("cleaners",), 403, 403, 200),
    ):
        client = served.member_of(*groups)
        assert (await client.post(URL, json=new)).status_code == create_
        assert (await client.patch(f"{URL}/balder", json={"name": "x"})).status_code == change
        assert (await client.delete(f"{URL}/balder")).status_code == delete
    assert (await (await served.as_(None)).post(URL, json=new)).status_code == 403


async def test_a_pid_and_a_name_are_taken_once(served: Served) -> None:
    await create(served)
    for again in ({"pid": "other"}, {"uniqueName": "OTHER"}):
        assert (await served.member_of("admin").post(URL, json=NEW | again)).status_code == 409


async def test_an_instrument_without_a_pid_is_given_one(served: Served) -> None:
    new = {"uniqueName": "BALDER", "name": "Balder"}
    made = await asked(served.member_of("admin"), "POST", URL, 201, json=new)
    assert str(uuid.UUID(made["pid"])) == made["pid"], "nothing before it where PID_PREFIX is not set, as in SciCat"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"uniqueName": None}, "uniqueName"),
    ({"name": ""}, "name"),
    ({"surprise": 1}, "surprise"),
    ({"customMetadata": 1}, "customMetadata"),
]


async def test_what_is_wrong_is_refused(served: Served) -> None:
    for change, says in WRONG:
        answer = await served.member_of("admin").post(URL, json=NEW | change)
        assert answer.status_code == 400
        assert says in answer.text


async def test_the_unique_name_stays(served: Served) -> None:
    await create(served)
    admin = served.member_of("admin")
    changed = await asked(admin, "PATCH", f"{URL}/balder", json={"name": "Balder II"})
    assert (changed["name"], changed["uniqueName"], changed["updatedBy"]) == ("Balder II", "BALDER", "test")
    for wrong in ({"uniqueName": "x"}, {"pid": "x"}, {"name": None}):
        assert (await admin.patch(f"{URL}/balder", json=wrong)).status_code == 400
    assert (await admin.patch(f"{URL}/nowhere", json={"name": "x"})).status_code == 404


async def test_of_two_changes_of_the_same_state_one_is_refused(served: Served) -> None:
    created = await create(served)
    admin = served.member_of("admin")
    since = {"If-Unmodified-Since": created["updatedAt"]}
    answers = await asyncio.gather(
        *(admin.patch(f"{URL}/balder", json={"name": name}, headers=since) for name in ("one", "two"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_instruments_are_found(served: Served) -> None:
    await create(served, customMetadata={"main_user": "chemists, somebody"})
    await create(served, pid="hippie", uniqueName="HIPPIE", name="Hippie", customMetadata={"main_user": "chemists"})
    nobody = await served.as_(None)

    async def found(**filter: Any) -> list[str]:
        return sorted(one["pid"] for one in await find(nobody, **filter))

    assert await found(where={"name": "Hippie"}) == ["hippie"]
    assert await found(where={"customMetadata.main_user": {"like": "somebody"}}) == ["balder"]
    assert await found(where={"or": [{"name": {"ilike": "hip"}}, {"uniqueName": "BALDER"}]}) == ["balder", "hippie"]
    assert await found(where={"pid": {"inq": ["balder"]}}) == ["balder"]
    assert await find(nobody, "/count", where={"customMetadata.main_user": "chemists"}) == {"count": 1}
    assert (await find(nobody, "/findOne", limits={"order": "pid:desc"}))["pid"] == "hippie"
    assert await find(nobody, "/findOne", where={"name": "Nobody"}) is None
    (shown,) = await find(nobody, where={"name": "Balder"}, fields=["name"])
    assert set(shown) == {"_id", "id", "name"}


async def test_a_malformed_filter_is_refused(served: Served) -> None:
    """OWASP API8:2023, ASVS 1.2.5."""
    nobody = await served.as_(None)
    for filter in MALFORMED:
        for route in ("", "/count", "/findOne"):
            assert (await nobody.get(f"{URL}{route}", params={"filter": filter})).status_code == 400
