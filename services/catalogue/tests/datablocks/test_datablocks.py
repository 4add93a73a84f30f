"""SciCat's Datablock routes on a real replica set."""

import json
from typing import Any
from urllib.parse import unquote

from ..parts.house import FILES, STRANGER, House

ROUTES = "/api/v3/datablocks"
BLOCK = {
    "archiveId": "tape-1",
    "size": 42,
    "packedSize": 20,
    "chkAlg": "sha2",
    "version": "1.0",
    "dataFileList": FILES,
}


def pid(path: str) -> str:
    return unquote(path.rpartition("/")[2])


async def add(house: House, path: str, archive_id: str = "tape-1", **more: Any) -> dict[str, Any]:
    body = BLOCK | {"datasetId": pid(path), "archiveId": archive_id} | more
    answer = await house.admin.post(ROUTES, json=body)
    assert answer.status_code == 201, answer.text
    block: dict[str, Any] = answer.json()
    return block


async def test_a_dataset_counts_its_archived_files(house: House) -> None:
    path = await house.dataset(size=1)
    first = await add(house, path)
    second = (await house.owner.post(f"{path}/datablocks", json=BLOCK | {"archiveId": "tape-2"})).json()
    names = ("packedSize", "numberOfFilesArchived", "size")
    assert [(await house.shown(path))[name] for name in names] == [40, 4, 1]
    await house.owner.patch(f"{path}/datablocks/{second['id']}", json={"packedSize": 5, "dataFileList": FILES[:1]})
    assert [(await house.shown(path))[name] for name in names] == [25, 3, 1]
    assert (await house.keeper.delete(f"{ROUTES}/{first['id']}")).json()["archiveId"] == "tape-1"
    assert [(await house.shown(path))[name] for name in names] == [5, 1, 1]
    assert (await house.keeper.delete(f"{path}/datablocks")).json() == {"count": 1}
    assert [(await house.shown(path))[name] for name in names] == [0, 0, 1]


async def test_what_the_archive_calls_a_block_it_calls_no_other(house: House) -> None:
    path = await house.dataset()
    await add(house, path)
    other = await add(house, path, "tape-2")
    for answer in (
        await house.admin.post(ROUTES, json=BLOCK | {"datasetId": pid(path)}),
        await house.admin.post(f"{path}/datablocks", json=BLOCK),
        await house.admin.patch(f"{ROUTES}/{other['id']}", json={"archiveId": "tape-1"}),
    ):
        assert answer.status_code == 409
        assert "tape-1" in answer.json()["message"]
    # A refused block leaves the totals as they were.
    assert (await house.shown(path))["numberOfFilesArchived"] == 4


async def test_who_may(house: House) -> None:
    """OWASP API1:2023, API5:2023; ASVS 8.2.1, 8.2.2."""
    path = await house.dataset()
    block = await add(house, path)
    expected = {
        # who: (creates, reads, changes, deletes)
        "nobody": (403, 403, 403, 403),
        "stranger": (403, 403, 403, 403),
        "guest": (403, 200, 403, 403),
        "passive_owner": (403, 200, 403, 403),
        "archivist": (403, 403, 403, 403),
        "ingestor": (201, 403, 403, 403),
        "owner": (201, 200, 200, 403),
        "admin": (201, 200, 200, 403),
        "keeper": (403, 200, 403, 200),
    }
    for name, statuses in expected.items():
        client = house.somebody(name)
        one = f"{ROUTES}/{block['id']}"
        answers = (
            await client.post(ROUTES, json=BLOCK | {"datasetId": pid(path), "archiveId": f"tape-{name}"}),
            await client.get(one),
            await client.patch(one, json={"size": 1}),
            await client.delete(one),
        )
        assert tuple(answer.status_code for answer in answers) == statuses, name


async def test_lists_and_counts_show_what_one_may_see(house: House) -> None:
    mine, theirs = await house.dataset(), await house.dataset(ownerGroup=STRANGER, accessGroups=[], isPublished=True)
    hidden = await house.dataset(ownerGroup="proposal:3", accessGroups=[])
    for place, path in enumerate((mine, theirs, hidden)):
        await add(house, path, f"tape-{place}")
    await house.database["Datablock"].update_one({"archiveId": "tape-1"}, {"$set": {"isPublished": True}})
    assert {one["archiveId"] for one in (await house.owner.get(ROUTES)).json()} == {"tape-0", "tape-1"}
    assert [one["archiveId"] for one in (await house.passive_stranger.get(ROUTES)).json()] == ["tape-1"]
    assert (await house.nobody.get(ROUTES)).status_code == 403, "as in SciCat, whoever asks must be logged in"
    assert (await house.owner.get(f"{ROUTES}/count")).json() == {"count": 2}
    of_mine = json.dumps({"where": {"datasetId": pid(mine)}})
    for name in ("filter", "where"):
        assert (await house.admin.get(f"{ROUTES}/count", params={name: of_mine})).json() == {"count": 1}
    assert [one["id"] for one in (await house.guest.get(f"{mine}/datablocks")).json()]
    assert (await house.stranger.get(f"{mine}/datablocks")).status_code == 403
    assert (await house.owner.get(f"{mine}/datablocks/count")).json() == {"count": 1}


async def test_what_is_wrong_is_refused(house: House) -> None:
    path = await house.dataset()
    for change in ({"archiveId": None}, {"packedSize": "a"}, {"dataFileList": []}, {"surprise": 1}, {"version": 1}):
        for url, body in ((ROUTES, BLOCK | {"datasetId": pid(path)} | change), (f"{path}/datablocks", BLOCK | change)):
            answer = await house.admin.post(url, json=body)
            assert answer.status_code == 400, (url, change)
            assert next(iter(change)) in answer.text
    nowhere = await house.admin.post(ROUTES, json=BLOCK | {"datasetId": "no/such"})
    assert nowhere.status_code == 404
