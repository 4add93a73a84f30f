"""A dataset's sizes and numbers of files are the sums of its blocks."""

import asyncio
from typing import Any
from urllib.parse import quote, unquote

import pytest

from beamlore.catalogue.parts.checking import check_totals

from ..conftest import BATCH
from ..scan_items import START, item
from .house import FILES, House

SIZES = ("size", "numberOfFiles", "packedSize", "numberOfFilesArchived")
SENT = dict(zip(SIZES, (7_000, 70, 9_000, 90), strict=True))
ARCHIVED = {"size": 42, "packedSize": 20, "version": "1", "dataFileList": FILES}


async def totals(house: House, path: str) -> list[int]:
    shown = await house.shown(path)
    return [shown[name] for name in SIZES]


async def add(house: House, path: str, size: int = 42, files: int = 2) -> str:
    answer = await house.owner.post(f"{path}/origdatablocks", json={"size": size, "dataFileList": FILES[:files]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["_id"])


async def test_sent_sizes_are_kept_while_there_are_no_blocks(house: House) -> None:
    path = await house.dataset(**SENT)
    assert await totals(house, path) == list(SENT.values())
    await house.admin.patch(path, json={"size": 5})
    assert await totals(house, path) == [5, 70, 9_000, 90]
    block = await add(house, path)
    assert await totals(house, path) == [42, 2, 9_000, 90]
    await house.keeper.delete(f"/api/v3/origdatablocks/{block}")
    assert await totals(house, path) == [0, 0, 9_000, 90]


async def test_no_change_of_a_dataset_changes_its_sums(house: House) -> None:
    path = await house.dataset()
    await add(house, path)
    archived = await house.owner.post(f"{path}/datablocks", json=ARCHIVED | {"archiveId": "tape-1"})
    assert archived.status_code == 201, archived.text
    whole = await house.shown(path.replace("v3", "v4"))
    replaced = {
        name: whole[name]
        for name in ("owner", "contactEmail", "sourceFolder", "creationTime", "datasetName", "ownerGroup")
    }
    changes: list[dict[str, Any]] = [
        {"method": "PATCH", "url": path, "json": SENT},
        {"method": "PATCH", "url": path, "json": {"size": 1, "comment": "smaller"}},
        {"method": "PATCH", "url": path.replace("v3", "v4"), "json": {"numberOfFiles": 0}},
        {
            "method": "PATCH",
            "url": path.replace("v3", "v4"),
            "json": {"packedSize": 3},
            "headers": {"Content-Type": "application/merge-patch+json"},
        },
        {"method": "PUT", "url": path.replace("v3", "v4"), "json": replaced},
        {"method": "PUT", "url": path.replace("v3", "v4"), "json": replaced | SENT},
    ]
    for change in changes:
        answer = await house.admin.request(**change)
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        assert [shown[name] for name in SIZES] == [42, 2, 20, 2], change
        assert await totals(house, path) == [42, 2, 20, 2], change
    await add(house, path, size=8, files=1)
    assert await totals(house, path) == [50, 3, 20, 2]


async def test_the_first_change_of_a_block_mends_wrong_sums(house: House) -> None:
    path = await house.dataset()
    await add(house, path)
    stored = house.database["Dataset"]
    # As another program, or a former version, has left it.
    await stored.update_one({}, {"$set": {"size": 1, "numberOfFiles": 99}, "$unset": {"beamlore.summed": ""}})
    await add(house, path, size=8)
    assert await totals(house, path) == [50, 4, 0, 0]


async def test_blocks_made_at_the_same_moment_are_all_counted(house: House) -> None:
    path = await house.dataset(**SENT)
    await asyncio.gather(*(add(house, path, size=1) for _ in range(12)))
    assert (await totals(house, path))[:2] == [12, 24]


@pytest.mark.parametrize("beside", [False, True])
async def test_a_scan_counts_its_own_files_and_those_of_others(house: House, beside: bool) -> None:
    scan = item(sequence=1, files=[{"path": "a.h5", "size": 10, "time": START.isoformat()}], dataset={"size": 999})
    pid, path = scan["pid"], f"/api/v3/datasets/{quote(scan['pid'], safe='')}"
    ingestor = await house.served.as_("ingestor")

    async def send(sequence: int, **more: Any) -> None:
        answer = await ingestor.post(BATCH, json={"items": [item(pid=pid, sequence=sequence, **more)]})
        assert answer.json()["results"][0]["outcome"] == "updated", answer.text

    await ingestor.post(BATCH, json={"items": [scan]})
    assert (await totals(house, path))[:2] == [10, 1]
    others = [0, 0]
    if beside:
        answer = await house.admin.post(f"{path}/origdatablocks", json={"size": 42, "dataFileList": FILES})
        assert answer.status_code == 201, answer.text
        others = [42, 2]
    assert (await totals(house, path))[:2] == [10 + others[0], 1 + others[1]]
    more = [{"path": name, "size": 20, "time": START.isoformat()} for name in ("a.h5", "b.h5")]
    await send(2, files=more)
    assert (await totals(house, path))[:2] == [40 + others[0], 2 + others[1]]
    await send(3)
    assert (await totals(house, path))[:2] == [40 + others[0], 2 + others[1]]


async def test_check_finds_and_mends_wrong_sums(house: House) -> None:
    settings = house.served.app.state.settings
    paths = [await house.dataset() for _ in range(3)]
    for path in paths[:2]:
        await add(house, path)
        await house.owner.post(f"{path}/datablocks", json=ARCHIVED | {"archiveId": path})
    right = [await totals(house, path) for path in paths]
    assert await check_totals(settings, mend=False, tell=lambda *_: None) == 0
    broken = {"size": 7, "numberOfFilesArchived": 1}
    await house.database["Dataset"].update_one({"_id": unquote(paths[0].rpartition("/")[2])}, {"$set": broken})
    for mend, wrong in ((False, 1), (True, 1), (True, 0)):
        assert await check_totals(settings, mend=mend, tell=lambda *_: None) == wrong
    assert [await totals(house, path) for path in paths] == right
