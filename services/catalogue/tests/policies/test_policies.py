"""SciCat's policy routes, and the policy a group has from its first dataset on."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from ..conftest import BATCH, Served
from ..facility import asked, facility, someone
from ..scan_items import item

URL = "/api/v3/policies"
NEW = {"ownerGroup": "pg1", "manager": ["ada@facility.example"]}
DATASET = {
    "type": "raw",
    "ownerGroup": "pg1",
    "ownerEmail": "ada@facility.example",
    "owner": "Ada",
    "contactEmail": "ada@facility.example",
    "sourceFolder": "/data/1",
    "creationTime": "2026-03-01T12:00:00Z",
    "datasetName": "scan",
    "creationLocation": "/Facility/balder",
    "principalInvestigator": "Ada",
}


@pytest.fixture
async def served(mongo_database: Any, settings_for: Callable[..., Any], token: Any) -> AsyncIterator[Served]:
    async with facility(mongo_database, settings_for, token) as running:
        yield running


async def of_group(client: httpx.AsyncClient, group: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await asked(
        client, "GET", URL, params={"filter": json.dumps({"where": {"ownerGroup": group}})}
    )
    return found


async def test_a_new_policy_has_scicats_defaults(served: Served) -> None:
    archive = served.member_of("archive")
    made = await asked(archive, "POST", URL, 201, json=NEW)
    assert made == made | {
        "id": made["_id"],
        "manager": ["ada@facility.example"],
        "tapeRedundancy": "low",
        "autoArchive": True,
        "autoArchiveDelay": 7,
        "archiveEmailNotification": False,
        "retrieveEmailsToBeNotified": [],
        "embargoPeriod": 3,
        "accessGroups": [],
        "isPublished": False,
    }
    assert await asked(archive, "GET", f"{URL}/{made['id']}") == made
    assert await asked(archive, "GET", f"{URL}/count", params={"where": '{"autoArchive": true}'}) == {"count": 1}
    assert await asked(archive, "GET", f"{URL}/count", params={"where": '{"autoArchive": false}'}) == {"count": 0}
    changed = await asked(archive, "PATCH", f"{URL}/{made['id']}", json={"tapeRedundancy": "high"})
    assert changed["tapeRedundancy"] == "high"
    assert changed["autoArchiveDelay"] == 7


async def test_policies_are_for_the_archive_alone(served: Served) -> None:
    """OWASP API1:2023, API5:2023, ASVS 8.2.1: also the group a policy is about sees it through these routes only."""
    made = await asked(served.member_of("admin"), "POST", URL, 201, json=NEW)
    one = f"{URL}/{made['id']}"
    for client in (served.member_of("pg1"), served.member_of(""), await served.as_(None), served.member_of("cleaners")):
        for method, url in (("GET", URL), ("GET", one), ("GET", f"{URL}/count"), ("POST", URL), ("PATCH", one)):
            assert (await client.request(method, url, json=NEW)).status_code == 403
    for client, status in ((served.member_of("pg1"), 403), (served.member_of("archive"), 403)):
        assert (await client.delete(one)).status_code == status
    cleaner = served.member_of("cleaners")
    assert (await asked(cleaner, "DELETE", one))["ownerGroup"] == "pg1"
    assert (await cleaner.delete(one)).status_code == 404
    assert (await served.member_of("archive").get(one)).status_code == 404


async def test_what_is_wrong_is_refused(served: Served) -> None:
    archive = served.member_of("archive")
    for change in ({"ownerGroup": ""}, {"manager": "ada"}, {"autoArchive": "maybe"}, {"embargoPeriod": -1}, {"x": 1}):
        answer = await archive.post(URL, json=NEW | change)
        assert answer.status_code == 400
        assert next(iter(change)) in answer.text
    for filter in ("{", '{"where": {"$where": "1"}}'):
        assert (await archive.get(URL, params={"filter": filter})).status_code == 400
    assert (await archive.get(f"{URL}/count", params={"where": '{"$expr": 1}'})).status_code == 400


async def test_managers_change_the_policies_of_their_groups_together(served: Served) -> None:
    admin = served.member_of("admin")
    for group, manager in (("pg1", "ada@facility.example"), ("pg2", "bo@facility.example")):
        await asked(admin, "POST", URL, 201, json={"ownerGroup": group, "manager": [manager]})
    ada = someone(served, "archive", username="ada", email="ada@facility.example")
    nobody = someone(served, "archive", username="nobody")

    async def change(client: httpx.AsyncClient, groups: str, status: int, **data: Any) -> None:
        body = {"ownerGroupList": groups, "data": data}
        await asked(client, "POST", f"{URL}/updateWhere", status, json=body)

    await change(ada, "pg1, new group", 200, embargoPeriod=1)
    assert [one["embargoPeriod"] for one in await of_group(admin, "pg1")] == [1]
    (made,) = await of_group(admin, "new group")
    assert (made["embargoPeriod"], made["manager"]) == (1, ["ada@facility.example"])
    # All or none; an address that is missing on both sides opens nothing.
    await change(ada, "pg1,pg2", 403, embargoPeriod=2)
    await asked(admin, "POST", URL, 201, json={"ownerGroup": "pg3", "manager": [""]})
    await change(nobody, "pg3", 403, embargoPeriod=2)
    assert [one["embargoPeriod"] for one in await of_group(admin, "pg1")] == [1]
    await change(admin, "pg1,pg2", 200, embargoPeriod=2)
    assert [one["embargoPeriod"] for one in await of_group(admin, "pg2")] == [2]
    await change(admin, " , ", 400, embargoPeriod=2)
    await change(admin, "pg1,pg2", 400, ownerGroup="pg4")


async def test_a_groups_first_dataset_gives_it_a_policy(served: Served) -> None:
    admin = served.member_of("admin")
    posts = (admin.post("/api/v3/datasets", json=DATASET | {"classification": "AV=medium,CO=high"}) for _ in range(3))
    made = await asyncio.gather(*posts)
    assert [answer.status_code for answer in made] == [201] * 3
    assert {answer.json()["classification"] for answer in made} == {"IN=medium,AV=medium,CO=high"}
    (policy,) = await of_group(admin, "pg1")
    assert policy == policy | {
        "manager": ["ada@facility.example"],
        "tapeRedundancy": "medium",
        "autoArchive": False,
        "archiveEmailNotification": True,
    }
    await asked(admin, "PATCH", f"{URL}/{policy['id']}", json={"tapeRedundancy": "high"})
    later = await asked(admin, "POST", "/api/v3/datasets", 201, json=DATASET)
    assert later["classification"] == "IN=medium,AV=high,CO=low"


async def test_ingested_groups_have_policies(served: Served) -> None:
    admin, ingestor = served.member_of("admin"), await served.as_("ingestor")
    await asked(admin, "POST", URL, 201, json={"ownerGroup": "proposal:20260101", "tapeRedundancy": "high"})
    for _ in range(2):
        await asked(ingestor, "POST", BATCH, json={"items": [item(), item("20260102"), item("20260102")]})
    assert [one["tapeRedundancy"] for one in await of_group(admin, "proposal:20260101")] == ["high"]
    (made,) = await of_group(admin, "proposal:20260102")
    assert (made["autoArchive"], made["ownerGroup"]) == (False, "proposal:20260102")
