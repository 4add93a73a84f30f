"""SciCat's OrigDatablock routes on a real replica set."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote

import pytest

from ..parts.house import FILES, STRANGER, House

V3, V4, PUBLIC = "/api/v3/origdatablocks", "/api/v4/origdatablocks", "/api/v4/origdatablocks/public"
BLOCK = {"size": 42, "chkAlg": "sha2", "dataFileList": FILES}


def pid(path: str) -> str:
    return unquote(path.rpartition("/")[2])


async def add(house: House, path: str, **more: Any) -> dict[str, Any]:
    answer = await house.admin.post(V4, json=BLOCK | {"datasetId": pid(path)} | more)
    assert answer.status_code == 201, answer.text
    block: dict[str, Any] = answer.json()
    return block


def asked(**members: Any) -> dict[str, str]:
    return {name: json.dumps(value) for name, value in members.items()}


async def test_a_dataset_counts_its_files(house: House) -> None:
    path = await house.dataset()
    first = await add(house, path)
    second = (await house.owner.post(f"{path}/origdatablocks", json=BLOCK | {"size": 8})).json()
    assert [(await house.shown(path))[name] for name in ("size", "numberOfFiles")] == [50, 4]
    await house.owner.patch(f"{V3}/{first['_id']}", json={"size": 2, "dataFileList": FILES[:1]})
    assert [(await house.shown(path))[name] for name in ("size", "numberOfFiles")] == [10, 3]
    assert (await house.keeper.delete(f"{V4}/{second['id']}")).json()["_id"] == second["_id"]
    assert [(await house.shown(path))[name] for name in ("size", "numberOfFiles")] == [2, 1]
    assert (await house.keeper.delete(f"{path}/origdatablocks")).json() == {"count": 1}
    assert [(await house.shown(path))[name] for name in ("size", "numberOfFiles")] == [0, 0]
    assert (await house.owner.get(f"{path}/origdatablocks/count")).json() == {"count": 0}


async def test_files_that_come_at_once_are_all_counted(house: House) -> None:
    path = await house.dataset()
    answers = await asyncio.gather(
        *(house.ingestor.post(f"{path}/origdatablocks", json=BLOCK | {"size": 1}) for _ in range(12))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert [(await house.shown(path))[name] for name in ("size", "numberOfFiles")] == [12, 24]


async def test_a_block_belongs_to_whom_its_dataset_does(house: House) -> None:
    """OWASP API3:2023: who owns is never taken from what is sent."""
    path = await house.dataset(isPublished=True)
    block = await add(house, path, ownerGroup=STRANGER, accessGroups=[STRANGER], instrumentGroup=STRANGER)
    assert block["ownerGroup"] == "proposal:1"
    assert block["accessGroups"] == ["guests"]
    assert block["isPublished"] is False, "a block needs its own, as in SciCat"
    assert "instrumentGroup" not in block
    assert block["createdBy"] == "test"
    assert (await house.database["OrigDatablock"].find_one({"_id": block["_id"]}))["dataFileList"][0][
        "time"
    ] == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("routes", [V3, V4])
async def test_who_may(house: House, routes: str) -> None:
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
        "keeper": (403, 403, 403, 200),
    }
    for name, statuses in expected.items():
        client = house.somebody(name)
        one = f"{routes}/{block['_id']}"
        answers = (
            await client.post(routes, json=BLOCK | {"datasetId": pid(path)}),
            await client.get(one),
            await client.patch(one, json={"size": 1}),
            await client.delete(one),
        )
        assert tuple(answer.status_code for answer in answers) == statuses, name


async def test_below_a_dataset_the_dataset_decides(house: House) -> None:
    path = await house.dataset()
    block = await add(house, path)
    other = await add(house, await house.dataset())
    for name, status in {"nobody": 403, "stranger": 403, "guest": 200, "owner": 200, "archivist": 403}.items():
        answer = await house.somebody(name).get(f"{path}/origdatablocks")
        assert answer.status_code == status, name
        if status == 200:
            assert [one["id"] for one in answer.json()] == [block["_id"]]
    assert (await house.guest.post(f"{path}/origdatablocks", json=BLOCK)).status_code == 403
    assert (await house.admin.delete(f"{path}/origdatablocks/{block['_id']}")).status_code == 403
    assert (await house.admin.get("/api/v3/datasets/no%2Fsuch/origdatablocks")).status_code == 404
    # A block is reached through its own dataset only.
    assert (await house.owner.patch(f"{path}/origdatablocks/{other['_id']}", json={"size": 1})).status_code == 404
    assert (await house.keeper.delete(f"{path}/origdatablocks/{other['_id']}")).status_code == 404
    assert (await house.keeper.delete(f"{path}/origdatablocks/{block['_id']}")).status_code == 200


async def test_lists_show_what_one_may_see(house: House) -> None:
    mine = await add(house, await house.dataset())
    public = await house.dataset(ownerGroup=STRANGER, accessGroups=[], isPublished=True)
    published = await add(house, public, isPublished=True)
    await add(house, public)
    await add(house, await house.dataset(ownerGroup="proposal:3", accessGroups=[]))
    both = {mine["_id"], published["_id"]}
    for url, key in ((V3, "id"), (f"{V3}/fullquery", "id"), (V4, "_id"), (f"{V4}/files", "_id")):
        assert {one[key] for one in (await house.owner.get(url)).json()} == both, url
        widened = asked(filter={"where": {"$or": [{"ownerGroup": {"$exists": True}}]}}, fields={"ownerGroup": []})
        assert {one[key] for one in (await house.owner.get(url, params=widened)).json()} == both, url
    for url in (PUBLIC, f"{PUBLIC}/files"):
        assert {one["_id"] for one in (await house.nobody.get(url)).json()} == {published["_id"]}, url
    for url in (V3, f"{V3}/fullquery", f"{V3}/fullfacet", f"{V3}/fullquery/files"):
        assert (await house.nobody.get(url)).status_code == 403, "as in SciCat, whoever asks must be logged in"
    for url in (V3, f"{V3}/fullquery/files", PUBLIC, f"{PUBLIC}/files"):
        assert published["_id"] in {one["_id"] for one in (await house.admin.get(url)).json()}
    assert (await house.nobody.get(V4)).status_code == 403
    assert (await house.owner.get(f"{V4}/files/count")).json() == {"count": 4}
    assert (await house.admin.get(f"{PUBLIC}/files/count")).json() == {"count": 2}
    assert (await house.nobody.get(f"{PUBLIC}/{published['_id']}")).json()["_id"] == published["_id"]
    assert (await house.admin.get(f"{PUBLIC}/{mine['_id']}")).status_code == 404


async def test_files_are_listed_one_by_one(house: House) -> None:
    path = await house.dataset()
    block = await add(house, path)
    await house.database["OrigDatablock"].update_one({"_id": block["_id"]}, {"$set": {"beamlore": {"sequence": 1}}})
    wanted = asked(fields={"datasetId": pid(path)}, limits={"order": "dataFileList.size:asc", "limit": 1, "skip": 1})
    (one,) = (await house.owner.get(f"{V3}/fullquery/files", params=wanted)).json()
    assert one["dataFileList"]["path"] == "a.h5"
    assert one["dataFileList"]["time"] == "2026-03-01T12:00:00.000Z"
    assert one["datasetExist"] is True
    assert "beamlore" not in one
    by_name = asked(fields={"dataFileList.path": {"$regex": "tif$"}})
    assert len((await house.owner.get(f"{V3}/fullquery", params=by_name)).json()) == 1
    await house.database["Dataset"].delete_one({"_id": pid(path)})
    (left, _) = (await house.owner.get(f"{V4}/files", params=asked(filter={"fields": ["dataFileList"]}))).json()
    assert left["datasetExist"] is False
    assert set(left) == {"_id", "dataFileList", "datasetExist"}


async def test_an_included_dataset_is_one_that_may_be_seen(house: House) -> None:
    path = await house.dataset()
    block = await add(house, path)
    for url in (f"{V4}/{block['_id']}?include=dataset", f'{V4}/{block["_id"]}?include=["all"]'):
        (dataset,) = (await house.guest.get(url)).json()["dataset"]
        assert dataset["pid"] == pid(path)
        assert "beamlore" not in dataset
    await house.database["Dataset"].update_one({"_id": pid(path)}, {"$set": {"accessGroups": []}})
    listing = asked(filter={"include": ["dataset"], "fields": ["size"]})
    (one,) = (await house.guest.get(V4, params=listing)).json()
    assert one["dataset"] == []
    assert (await house.guest.get(f"{V4}/{block['_id']}")).status_code == 403
    assert (await house.guest.get(f"{V4}/{block['_id']}?include=owner")).status_code == 400


async def test_facets_count_blocks_and_files(house: House) -> None:
    await add(house, await house.dataset())
    await add(house, await house.dataset(ownerGroup=STRANGER, accessGroups=[]))
    for url in (f"{V3}/fullfacet", f"{V4}/fullfacet"):
        wanted = asked(facets=["chkAlg"], fields={"size": 42})
        (facets,) = (await house.owner.get(url, params=wanted)).json()
        assert facets == {"all": [{"totalSets": 1}], "chkAlg": [{"_id": "sha2", "count": 1}]}
        in_one = asked(filters={"facets": ["chkAlg"], "fields": {"size": 42}})
        assert (await house.owner.get(url, params=in_one)).json() == [facets]
    (facets,) = (await house.admin.get(f"{V4}/fullfacet/files")).json()
    assert facets["all"] == [{"totalSets": 4}]
    (facets,) = (await house.nobody.get(f"{PUBLIC}/fullfacet/files")).json()
    assert facets["all"] == []


async def test_what_is_wrong_is_told_and_refused(house: House) -> None:
    path = await house.dataset()
    for change, says in (
        ({"size": "many"}, "size"),
        ({"size": -1}, "size"),
        ({"dataFileList": []}, "dataFileList"),
        ({"dataFileList": [{"path": "a"}]}, "dataFileList"),
        ({"dataFileList": [FILES[0] | {"time": "then"}]}, "time"),
        ({"dataFileList": [FILES[0] | {"metadata": {"frames": 1}}]}, "frames"),
        ({"chkAlg": ""}, "chkAlg"),
        ({"surprise": 1}, "surprise"),
    ):
        wrong = BLOCK | change
        for url, body in ((V3, wrong | {"datasetId": pid(path)}), (f"{path}/origdatablocks", wrong)):
            refused = await house.owner.post(url, json=body)
            assert refused.status_code == 400, (url, change)
            assert says in refused.text
            told = (await house.owner.post(f"{url}/isValid", json=body)).json()
            assert told["valid"] is False
            assert says in json.dumps(told["errors"])
    fine = BLOCK | {"datasetId": pid(path)}
    assert (await house.owner.post(f"{V3}/isValid", json=fine)).json() == {"valid": True, "errors": []}
    assert (await house.owner.post(f"{V4}/isValid", json=fine)).json() == {"valid": True, "reason": []}


async def test_a_change_of_something_changed_meanwhile_is_refused(house: House) -> None:
    block = await add(house, await house.dataset())
    hour_ago = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    now = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    for url in (f"{V3}/{block['_id']}", f"{V4}/{block['_id']}"):
        for since, status in ((hour_ago, 412), (now, 200), ("soon", 400)):
            answer = await house.owner.patch(url, json={"size": 1}, headers={"If-Unmodified-Since": since})
            assert answer.status_code == status


async def test_a_count_takes_a_condition_and_nothing_else(house: House) -> None:
    for wanted, at in (({"limits": {"limit": 1}}, "filter.limits"), ({"where": {"colour": 1}}, "filter.where.colour")):
        answer = await house.admin.get(f"{V4}/files/count", params=asked(filter=wanted))
        assert answer.status_code == 400
        assert answer.json()["message"].startswith(at)


async def test_files_follow_their_dataset(house: House) -> None:
    path = await house.dataset()
    inherited, apart = await add(house, path), await add(house, path)
    await house.admin.patch(f"{V3}/{apart['_id']}", json={"ownerGroup": "proposal:3"})
    changed = {"ownerGroup": STRANGER, "accessGroups": [], "isPublished": True}
    assert (await house.admin.patch(path, json=changed)).status_code == 200
    stored = {one["_id"]: one async for one in house.database["OrigDatablock"].find()}
    for name in ("ownerGroup", "accessGroups"):
        assert stored[inherited["_id"]][name] == changed[name]
    assert stored[apart["_id"]]["ownerGroup"] == "proposal:3"


async def files_of(house: House, path: str, who: str) -> dict[str, set[str]]:
    """What somebody finds of a dataset's blocks, by way."""
    client, key, include = house.somebody(who), pid(path), ["origdatablocks"]
    of_it = asked(filter={"where": {"datasetId": key}})
    with_it = asked(filter={"where": {"pid": key}, "include": include})
    search = asked(fields={"datasetId": key})
    found = {
        "list": (await house.passive_stranger.get(V3, params=of_it)).json(),
        "search": (await house.passive_stranger.get(f"{V3}/fullquery", params=search)).json(),
        "public": (await client.get(PUBLIC, params=of_it)).json(),
        "below": (await client.get(f"{path}/origdatablocks")).json(),
    }
    for version in ("v3/datasets", "v4/datasets/public"):
        (dataset,) = (await client.get(f"/api/{version}", params=with_it)).json()
        found[version] = dataset["origdatablocks"]
    return {way: {one["_id"] for one in blocks} for way, blocks in found.items()}


async def test_files_of_public_dataset_need_their_own_publication(house: House) -> None:
    """SciCat: a block shows to everybody where it is published itself; below its dataset, and on v3 with it, always."""
    path = await house.dataset()
    own = (await add(house, path, isPublished=True))["_id"]
    hidden = (await add(house, path))["_id"]
    await house.admin.patch(path, json={"isPublished": True})
    found = await files_of(house, path, "nobody")
    by_dataset = ("below", "v3/datasets")
    assert found == {way: {own, hidden} if way in by_dataset else {own} for way in found}
    assert (await house.nobody.get(f"{V3}/{hidden}")).status_code == 403
    assert (await house.nobody.get(f"{PUBLIC}/{hidden}")).status_code == 404
    # What is withdrawn is withdrawn with all its files.
    await house.admin.patch(path, json={"isPublished": False})
    assert (await house.nobody.get(f"{V3}/{own}")).status_code == 403


async def test_files_are_public_with_their_dataset_where_that_is_set(public_house: House) -> None:
    path = await public_house.dataset()
    before = (await add(public_house, path))["_id"]
    await public_house.admin.patch(path, json={"isPublished": True})
    after = (await add(public_house, path))["_id"]
    found = await files_of(public_house, path, "nobody")
    assert found == {way: {before, after} for way in found}
