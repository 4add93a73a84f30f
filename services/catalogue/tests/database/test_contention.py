"""Many who change the same at the same moment: each change is made, nobody is sent away to try again."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx

from beamlore.contract import CATALOGUE_ADMIN, CATALOGUE_INGEST

from ..conftest import BATCH, Served
from ..datasets.test_editing import RAW
from ..scan_items import item

CLIENTS = 8
EACH = 4
TIME = "2026-03-01T12:00:00.000Z"


async def dataset(admin: httpx.AsyncClient) -> str:
    """Create a dataset and return its address."""
    answer = await admin.post("/api/v3/datasets", json=RAW)
    assert answer.status_code == 201, answer.text
    return f"/api/v3/datasets/{quote(answer.json()['pid'], safe='')}"


async def at_once(served: Served, request: Any) -> list[httpx.Response]:
    """Let several administrators send several requests each, all at the same time."""

    async def one(number: int) -> list[httpx.Response]:
        client = served.member_of(CATALOGUE_ADMIN)
        return [await request(client, f"{number}-{turn}") for turn in range(EACH)]

    answers = await asyncio.gather(*(one(number) for number in range(CLIENTS)))
    return [answer for some in answers for answer in some]


def refused(answers: list[httpx.Response]) -> list[tuple[int, str]]:
    return [(answer.status_code, answer.text[:200]) for answer in answers if not answer.is_success]


async def test_patches_of_one_dataset_all_succeed(served: Served) -> None:
    address = await dataset(served.member_of(CATALOGUE_ADMIN))

    answers = await at_once(
        served, lambda client, name: client.patch(address, json={"keywords": [name], "description": name})
    )

    assert refused(answers) == []


async def test_appended_keywords_are_all_kept(served: Served) -> None:
    admin = served.member_of(CATALOGUE_ADMIN)
    address = await dataset(admin)

    answers = await at_once(
        served, lambda client, name: client.post(f'{address}/appendToArrayField?fieldName=keywords&data=["{name}"]')
    )

    assert refused(answers) == []
    assert len((await admin.get(address)).json()["keywords"]) == CLIENTS * EACH


async def test_blocks_and_changes_of_one_dataset_all_succeed(served: Served) -> None:
    admin = served.member_of(CATALOGUE_ADMIN)
    address = await dataset(admin)

    async def add_or_change(client: httpx.AsyncClient, name: str) -> httpx.Response:
        if name.endswith("0"):
            return await client.patch(address, json={"description": name})
        files = [{"path": f"{name}.h5", "size": 10, "time": TIME}]
        return await client.post(f"{address}/origdatablocks", json={"size": 10, "dataFileList": files})

    answers = await at_once(served, add_or_change)

    assert refused(answers) == []
    found = (await admin.get(address)).json()
    assert (found["size"], found["numberOfFiles"]) == (10 * CLIENTS * (EACH - 1), CLIENTS * (EACH - 1))


async def test_updates_of_one_scan_meet_patches_of_it(served: Served) -> None:
    ingestor, admin = served.member_of(CATALOGUE_INGEST), served.member_of(CATALOGUE_ADMIN)
    scan = item()
    assert (await ingestor.post(BATCH, json={"items": [scan]})).is_success
    address = f"/api/v3/datasets/{quote(scan['pid'], safe='')}"

    async def write() -> list[httpx.Response]:
        return [
            await ingestor.post(BATCH, json={"items": [scan | {"sequence": scan["sequence"] + number}]})
            for number in range(1, 2 * EACH)
        ]

    writing = asyncio.create_task(write())
    answers = await at_once(served, lambda client, name: client.patch(address, json={"description": name}))

    assert refused(answers) == []
    assert refused(await writing) == []
    assert (await admin.get(address)).is_success


async def test_the_same_scan_from_several_ingestors_has_its_newest_files(served: Served) -> None:
    ingestors = [served.member_of(CATALOGUE_INGEST) for _ in range(CLIENTS)]
    scan = item()

    def version(number: int) -> dict[str, Any]:
        return scan | {"sequence": number, "files": [{"path": f"{number}.h5", "size": number, "time": TIME}]}

    answers = await asyncio.gather(
        *(client.post(BATCH, json={"items": [version(number + 1)]}) for number, client in enumerate(ingestors))
    )

    assert refused(list(answers)) == []
    blocks = await served.member_of(CATALOGUE_ADMIN).get(
        f"/api/v3/datasets/{quote(scan['pid'], safe='')}/origdatablocks"
    )
    assert [file["path"] for block in blocks.json() for file in block["dataFileList"]] == [f"{CLIENTS}.h5"]
