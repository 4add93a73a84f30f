"""What a deleted document takes with it, and what keeps it from being deleted."""

import asyncio
from typing import Any
from urllib.parse import quote, unquote

import pytest

from .house import FILES, OWNER, House

BLOCK = {"size": 42, "dataFileList": FILES}
PARTS = ("Dataset", "OrigDatablock", "Datablock", "Attachment")
PROPOSAL = {
    "proposalId": "20260101",
    "title": "powders",
    "email": "ada@facility.example",
    "firstname": "Ada",
    "lastname": "Lovelace",
    "ownerGroup": OWNER,
}
SAMPLE = {"sampleId": "s1", "ownerGroup": OWNER, "sampleName": "a powder"}


def pid_of(path: str) -> str:
    return unquote(path.rpartition("/")[2])


async def attach(house: House, path: str) -> dict[str, Any]:
    answer = await house.admin.post(f"{path}/attachments", json={"caption": "a picture", "ownerGroup": OWNER})
    assert answer.status_code == 201, answer.text
    attachment: dict[str, Any] = answer.json()
    return attachment


async def publication(house: House, path: str, **more: Any) -> str:
    answer = await house.owner.post(
        "/api/v4/publisheddata",
        json={"title": "powders", "abstract": "all of them", "datasetPids": [pid_of(path)], "metadata": {}} | more,
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["doi"])


async def left(house: House) -> list[int]:
    return [await house.database[name].count_documents({}) for name in PARTS]


async def test_all_parts_of_a_dataset_go_with_it(house: House) -> None:
    path = await house.dataset()
    for number in range(121):
        await house.ingestor.post(f"{path}/origdatablocks", json=BLOCK | {"size": number})
    await house.owner.post(f"{path}/datablocks", json=BLOCK | {"archiveId": "t", "packedSize": 1, "version": "1"})
    await attach(house, path)
    other = await house.dataset()
    await house.ingestor.post(f"{other}/origdatablocks", json=BLOCK)
    await attach(house, other)
    assert await left(house) == [2, 122, 1, 2]
    answer = await house.keeper.delete(path)
    assert answer.status_code == 200, answer.text
    assert await left(house) == [1, 1, 0, 1]
    audited = await house.database["beamlore_audit"].count_documents({"operation": "delete"})
    assert audited == 1 + 121 + 1 + 1


async def test_an_attachment_of_two_datasets_stays_with_the_other(house: House) -> None:
    path, other = await house.dataset(), await house.dataset()
    attached = await house.admin.post(
        "/api/v4/attachments",
        json={
            "caption": "both",
            "isPublished": False,
            "ownerGroup": OWNER,
            "relationships": [{"targetId": pid_of(one), "targetType": "dataset"} for one in (path, other)],
        },
    )
    assert attached.status_code == 201, attached.text
    assert (await house.keeper.delete(path)).status_code == 200
    shown = await house.shown(f"/api/v4/attachments/{attached.json()['aid']}")
    assert [one["targetId"] for one in shown["relationships"]] == [pid_of(other)]


@pytest.mark.parametrize(
    ("noun", "body", "key"), [("proposals", PROPOSAL, "proposalId"), ("samples", SAMPLE, "sampleId")]
)
async def test_attachments_go_and_datasets_keep_the_name(
    house: House, noun: str, body: dict[str, Any], key: str
) -> None:
    made = await house.admin.post(f"/api/v3/{noun}", json=body)
    assert made.status_code == 201, made.text
    await attach(house, f"/api/v3/{noun}/{body[key]}")
    named = {"proposalIds": [body[key]], "sampleIds": [body[key]]}
    path = await house.dataset(**named)
    assert (await house.keeper.delete(f"/api/v3/{noun}/{body[key]}")).status_code == 200
    assert await left(house) == [1, 0, 0, 0]
    shown = await house.shown(path.replace("v3", "v4"))
    assert {name: shown[name] for name in named} == named


@pytest.mark.parametrize("status", ["private", "public"])
async def test_a_dataset_of_an_unfinished_publication_is_not_deleted(house: House, status: str) -> None:
    path = await house.dataset()
    await house.owner.post(f"{path}/origdatablocks", json=BLOCK)
    doi = await publication(house, path)
    await house.database["PublishedData"].update_one({"doi": doi}, {"$set": {"status": status, "createdBy": "ada"}})
    refused = await house.caretaker.delete(path)
    assert refused.status_code == 409
    assert doi in refused.json()["message"]
    # The delete groups do not see what others prepare.
    unnamed = await house.keeper.delete(path)
    assert unnamed.status_code == 409
    assert (doi in unnamed.json()["message"]) is (status == "public")
    assert await left(house) == [1, 1, 0, 0]
    await house.database["PublishedData"].delete_many({})
    assert (await house.keeper.delete(path)).status_code == 200
    assert await left(house) == [0, 0, 0, 0]


@pytest.mark.parametrize("status", ["public", "registered", "amended"])
@pytest.mark.parametrize("version", ["v3", "v4"])
async def test_a_published_dataset_is_not_made_private(house: House, status: str, version: str) -> None:
    path = (await house.dataset(isPublished=True)).replace("v3", version)
    doi = await publication(house, path)
    await house.database["PublishedData"].update_one({"doi": doi}, {"$set": {"status": status}})
    refused = await house.owner.patch(path, json={"isPublished": False})
    assert refused.status_code == 409
    assert doi in refused.json()["message"]
    assert (await house.shown(path))["isPublished"] is True
    assert (await house.owner.patch(path, json={"comment": "better"})).status_code == 200
    await house.database["PublishedData"].update_one({"doi": doi}, {"$set": {"datasetPids": []}})
    assert (await house.owner.patch(path, json={"isPublished": False})).status_code == 200


async def test_parts_made_while_their_dataset_is_deleted_leave_nothing(house: House) -> None:
    for _ in range(4):
        path = await house.dataset()
        made = [house.ingestor.post(f"{path}/origdatablocks", json={"size": 0, "dataFileList": []}) for _ in range(3)]
        made += [house.admin.post(f"{path}/attachments", json={"caption": "x"}) for _ in range(3)]
        await asyncio.gather(*made[:2], house.keeper.delete(path), *made[2:])
        while (await house.keeper.delete(path)).status_code not in (200, 404):
            pass
        assert await left(house) == [0, 0, 0, 0]


async def test_nothing_is_added_to_a_dataset_that_is_gone(house: House) -> None:
    path = await house.dataset()
    block = (await house.ingestor.post(f"{path}/origdatablocks", json=BLOCK)).json()["_id"]
    await house.keeper.delete(path)
    for answer in (
        await house.ingestor.post(f"{path}/origdatablocks", json=BLOCK),
        await house.admin.post("/api/v4/origdatablocks", json=BLOCK | {"datasetId": pid_of(path)}),
        await house.admin.post(f"{path}/attachments", json={"caption": "x"}),
        await house.admin.get(f"/api/v4/origdatablocks/{quote(block)}"),
    ):
        assert answer.status_code == 404, answer.text
