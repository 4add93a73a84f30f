"""The audit over HTTP: what of it there is, and who reads it."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from ..conftest import BATCH, SCANS, Served
from ..scan_items import item

AUDIT = "/api/beamlore/v1/audit"
OWNERS = "proposal:20260101"
STAFF = "beamline:balder:staff"
DATASET = {
    "type": "raw",
    "ownerGroup": OWNERS,
    "instrumentGroup": STAFF,
    "accessGroups": ["friends"],
    "contactEmail": "ada@facility.example",
    "sourceFolder": "/data/balder",
    "creationTime": "2026-03-01T12:00:00.000Z",
    "datasetName": "a powder",
}


async def entries(client: httpx.AsyncClient, **parameters: Any) -> list[dict[str, Any]]:
    answer = await client.get(AUDIT, params=parameters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def dataset(served: Served, **more: Any) -> str:
    answer = await served.member_of("catalogue:admin").post("/api/v4/datasets", json=DATASET | more)
    assert answer.status_code == 201, answer.text
    pid: str = answer.json()["pid"]
    return pid


def url(pid: str) -> str:
    return f"/api/v4/datasets/{quote(pid, safe='')}"


async def test_every_change_of_a_dataset_is_told_from_its_creation_to_its_end(served: Served) -> None:
    """ASVS V7.1, V7.2: who, when, what, and by which request."""
    admin = served.member_of("catalogue:admin")
    pid = await dataset(served)
    changed = await admin.patch(url(pid), json={"description": "fine"}, headers={"X-Request-ID": "r-1"})
    assert changed.status_code == 200
    assert (await admin.delete(url(pid))).status_code == 200
    found = await entries(admin, collection="Dataset", document=pid)
    assert [one["operation"] for one in found] == ["delete", "change", "create"]
    described = found[1]
    assert (described["username"], described["request"], described["collection"]) == ("test", "r-1", "Dataset")
    assert described["changes"] == [{"path": ["description"], "after": "fine"}]
    assert found[0]["before"]["datasetName"] == "a powder"
    assert (found[-1]["username"], found[-1]["document"]) == ("test", pid)
    assert [one["id"] for one in await entries(admin, request="r-1")] == [described["id"]]
    assert await entries(admin, username="somebody else") == []


async def test_readers_of_a_dataset_are_not_readers_of_its_audit(served: Served) -> None:
    """OWASP API1:2023; ASVS V7.3: owners and the beamline's staff, and nobody else."""
    admin = served.member_of("catalogue:admin")
    pid = await dataset(served, isPublished=True)
    assert (await admin.patch(url(pid), json={"description": "fine"})).status_code == 200
    for groups, seen in (((OWNERS,), 2), ((STAFF,), 2), (("friends",), 0), ((), 0), (("",), 0)):
        found = await entries(served.member_of(*groups), collection="Dataset", document=pid)
        assert len(found) == seen, groups
    assert (await (await served.as_(None)).get(AUDIT)).status_code == 401
    assert [one["document"] for one in await entries(served.member_of(OWNERS))] == [pid]
    assert await entries(served.member_of("friends")) == []


async def test_new_owner_reads_what_was_before_and_the_former_what_was_theirs(served: Served) -> None:
    """OWASP API1:2023."""
    admin = served.member_of("catalogue:admin")
    pid = await dataset(served)
    for change in ({"description": "one"}, {"ownerGroup": "proposal:20260102"}, {"description": "two"}):
        assert (await admin.patch(url(pid), json=change)).status_code == 200
    new = await entries(served.member_of("proposal:20260102"), collection="Dataset", document=pid)
    assert len([one for one in new if one["operation"] == "change"]) == 3
    former = await entries(served.member_of(OWNERS), collection="Dataset", document=pid)
    assert [one["changes"][0]["after"] for one in former] == ["one"]


async def test_pages_follow_one_another(served: Served) -> None:
    admin = served.member_of("catalogue:admin")
    pid = await dataset(served)
    for number in range(5):
        assert (await admin.patch(url(pid), json={"description": str(number)})).status_code == 200
    seen: list[str] = []
    cursor = None
    while True:
        parameters = {"collection": "Dataset", "document": pid, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await admin.get(AUDIT, params=parameters)).json()
        seen += [one["changes"][0]["after"] if "changes" in one else one["operation"] for one in page["items"]]
        cursor = page.get("nextCursor")
        if cursor is None:
            break
    assert seen == ["4", "3", "2", "1", "0", "create"]


async def test_recording_of_a_scan_is_its_creation_and_what_comes_later_a_change(served: Served) -> None:
    admin, ingestor = served.member_of("catalogue:admin"), served.member_of("catalogue:ingest")

    async def written(**more: Any) -> None:
        answer = await ingestor.post(BATCH, json={"items": [item(pid="test/scan", **more)]})
        assert answer.status_code == 200, answer.text

    async def changes() -> list[tuple[str, list[str]]]:
        found = await entries(admin, collection="Dataset", document="test/scan")
        return [
            (one["username"], sorted(".".join(difference["path"]) for difference in one["changes"]))
            for one in found
            if one["operation"] == "change"
        ]

    await written(sequence=1)
    await written(sequence=2, metadata={"temperature": {"value": 1, "unit": "K"}})
    assert await changes() == []
    ada = await served.as_("ada")
    scan = f"{SCANS}/{quote('test/scan', safe='')}"
    assert (await ada.patch(scan, json={"comment": "c"})).status_code == 200
    await written(sequence=3, metadata={"temperature": {"value": 2, "unit": "K"}})
    by_ingest, by_person = await changes()
    assert by_person == ("ada", ["comment"])
    assert "scientificMetadata.temperature.value" in by_ingest[1]
    await written(sequence=4, state="finished")
    assert len(await changes()) == 2
    await written(sequence=5, state="finished", metadata={"temperature": {"value": 3, "unit": "K"}})
    assert len(await changes()) == 3


@pytest.mark.parametrize("parameters", [{"cursor": "nonsense"}, {"cursor": "W10"}])
async def test_foreign_cursor_is_refused(served: Served, parameters: dict[str, str]) -> None:
    answer = await served.member_of("catalogue:admin").get(AUDIT, params=parameters)
    assert answer.status_code == 400
