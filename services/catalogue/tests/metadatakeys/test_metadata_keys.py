"""SciCat's metadata keys on a real replica set."""

import asyncio
import json
from typing import Any

import httpx

from ..conftest import Served

_KEYS = "/api/v4/metadatakeys"


def body(group: str, metadata: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "ownerGroup": group,
        "contactEmail": "ada@facility.example",
        "sourceFolder": "/data",
        "creationTime": "2026-03-01T12:00:00Z",
        "datasetName": "d",
        "type": "raw",
        "scientificMetadata": metadata,
        **more,
    }


async def created(client: httpx.AsyncClient, *args: Any, **more: Any) -> str:
    answer = await client.post("/api/v4/datasets", json=body(*args, **more))
    assert answer.status_code == 201, answer.text
    return f"/api/v4/datasets/{answer.json()['pid'].replace('/', '%2F')}"


async def keys(client: httpx.AsyncClient, **filter: Any) -> dict[str, dict[str, Any]]:
    answer = await client.get(_KEYS, params={"filter": json.dumps(filter)})
    assert answer.status_code == 200, answer.text
    return {one["key"]: one for one in answer.json()}


async def test_keys_follow_their_datasets(served: Served) -> None:
    admin, nobody = served.member_of("admin"), await served.as_(None)
    energy = {"energy": {"value": 7, "unit": "keV", "human_name": "Photon energy"}}
    first = await created(admin, "p1", energy | {"a.b": 1})
    second = await created(admin, "p2", energy, isPublished=True)
    found = await keys(admin)
    assert set(found) == {"energy", "a.b"}
    assert found["energy"]["usageCount"] == 2
    assert found["energy"]["humanReadableName"] == "Photon energy"
    assert found["energy"]["userGroupCounts"] == {"p1": 1, "p2": 1}
    assert found["energy"]["isPublished"] is True
    assert set(await keys(nobody)) == {"energy"}

    assert (await admin.patch(second, json={"isPublished": False})).status_code == 200
    assert await keys(nobody) == {}
    assert (await admin.patch(first, json={"scientificMetadata": energy})).status_code == 200
    assert (await admin.delete(second)).status_code == 200
    left = (await keys(admin))["energy"]
    assert (left["usageCount"], left["userGroups"], set(await keys(admin))) == (1, ["p1"], {"energy"})
    assert (await admin.delete(first)).status_code == 200
    assert await keys(admin) == {}


async def test_datasets_created_at_the_same_moment_are_all_counted(served: Served) -> None:
    admin = served.member_of("admin")
    await asyncio.gather(*(created(admin, f"p{number % 3}", {"t": number}) for number in range(12)))
    assert (await keys(admin))["t"]["usageCount"] == 12


async def test_one_sees_keys_of_ones_groups_and_no_other_groups_names(served: Served) -> None:
    """Covers OWASP API1:2023, API3:2023; ASVS 4.2.1."""
    admin, member = served.member_of("admin"), served.member_of("p1")
    await created(admin, "p1", {"shared": 1, "mine": 1})
    await created(admin, "p2", {"shared": 1, "secret": 1})
    found = await keys(member)
    assert set(found) == {"shared", "mine"}
    assert found["shared"]["userGroups"] == ["p1"]
    assert found["shared"]["userGroupCounts"] == {"p1": 1}


async def test_keys_are_filtered(served: Served) -> None:
    admin = served.member_of("admin")
    await created(admin, "p1", {"temperature": 1, "p": {"value": 1, "human_name": "Pressure"}, "x": 2})
    for filter, found in (
        ({"where": {"key": {"$regex": "^temp", "$options": "i"}}}, {"temperature"}),
        ({"where": {"humanReadableName": "Pressure"}}, {"p"}),
        ({"where": {"sourceType": "Sample"}}, set()),
        ({"limits": {"limit": 1, "skip": 2, "sort": {"key": "asc"}}}, {"x"}),
    ):
        assert set(await keys(admin, **filter)) == found
    assert (await admin.get(_KEYS, params={"filter": '{"where": {"nonsense": 1}}'})).status_code == 400
