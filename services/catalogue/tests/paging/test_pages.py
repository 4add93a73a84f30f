"""Pages put together are the whole, each row once, however many rows are equal in what they are sorted by."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
import pytest
from pymongo import AsyncMongoClient

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Tokens

from ..conftest import serving
from ..databases import Databases

ROWS = 37
FILES_AT_MOST = 3
MOMENTS = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2)]


@dataclass(frozen=True)
class Listing:
    """A route that cuts pages by ``limit`` and ``skip``: how it takes them, and what identifies a row."""

    path: str
    collection: str
    sorts: tuple[str, ...]
    parameter: str = "filter"
    key: str = "_id"

    def params(self, limits: dict[str, Any]) -> dict[str, str]:
        """Return the query of a page."""
        if self.parameter == "limits":
            return {"fields": "{}", "limits": json.dumps(limits)}
        return {self.parameter: json.dumps({"limits": limits})}


LISTINGS = [
    Listing("/api/v3/datasets", "Dataset", ("createdAt", "size", "owner", "creationTime"), key="pid"),
    Listing("/api/v3/datasets/fullquery", "Dataset", ("creationTime", "size", "datasetName"), "limits", "pid"),
    Listing("/api/v4/datasets", "Dataset", ("createdAt", "size", "creationTime"), key="pid"),
    Listing("/api/v3/origdatablocks", "OrigDatablock", ("size", "createdAt")),
    Listing("/api/v3/origdatablocks/fullquery", "OrigDatablock", ("size",), "limits"),
    Listing("/api/v4/origdatablocks", "OrigDatablock", ("createdAt", "size")),
    Listing("/api/v3/origdatablocks/fullquery/files", "OrigDatablock", ("size",), "limits", "dataFileList.path"),
    Listing("/api/v4/origdatablocks/files", "OrigDatablock", ("size",), key="dataFileList.path"),
    Listing("/api/v3/samples", "Sample", ("owner", "createdAt"), key="sampleId"),
    Listing("/api/v3/samples/fullquery", "Sample", ("owner",), "limits", "sampleId"),
    Listing("/api/v3/proposals", "Proposal", ("pi_email", "title"), "filters", "proposalId"),
    Listing("/api/v3/proposals/fullquery", "Proposal", ("title",), "limits", "proposalId"),
    Listing("/api/v3/instruments", "Instrument", ("name",), key="pid"),
    Listing("/api/v3/publisheddata", "PublishedData", ("title", "publicationYear"), key="doi"),
    Listing("/api/v4/publisheddata", "PublishedData", ("title",), key="doi"),
    Listing("/api/v3/jobs", "Job", ("createdAt",), key="id"),
    Listing("/api/v3/jobs/fullquery", "Job", ("createdAt",), "limits", "id"),
    Listing("/api/v4/jobs", "Job", ("createdAt", "type"), key="id"),
    Listing("/api/v4/attachments", "Attachment", ("createdAt", "caption"), key="aid"),
]
CURSORS = [
    *(
        ("/api/beamlore/v1/datasets", {"sort": sort})
        for sort in ("-startTime", "creationTime", "-size", "datasetName", "-updatedAt")
    ),
    ("/api/beamlore/v1/scans", {}),
]


@dataclass(frozen=True)
class Full:
    """A catalogue with rows in every collection, and a client that sees them all."""

    client: httpx.AsyncClient
    keys: dict[str, set[str]]


@pytest.fixture(scope="module")
async def full(databases: Databases, settings_for: Callable[..., Settings], token: Tokens) -> AsyncIterator[Full]:
    database = await databases.take()
    chance = Random(17)  # noqa: S311 - the same ones every time
    keys: dict[str, set[str]] = {}
    async with AsyncMongoClient(database[0], tz_aware=True, w="majority") as client:
        for collection in sorted({one.collection for one in LISTINGS}):
            rows = [row(f"{collection}/{number}", chance) for number in chance.sample(range(1000), ROWS)]
            await client[database[1]][collection].insert_many(rows)
            keys[collection] = {one["_id"] for one in rows}
    async with serving(settings_for(*database), token) as served:
        yield Full(served.member_of("admin"), keys)
    databases.give_back(database)


def row(key: str, chance: Random) -> dict[str, Any]:
    """Return a document that every collection takes, with few different values."""
    files = [
        {"path": f"{key}-{number}", "size": 1, "time": MOMENTS[0]}
        for number in range(chance.randrange(1, FILES_AT_MOST + 1))
    ]
    moments = {
        name: chance.choice(MOMENTS) for name in ("createdAt", "updatedAt", "creationTime", "startTime", "endTime")
    }
    return {
        **dict.fromkeys(("_id", "pid", "id", "aid", "sampleId", "proposalId", "doi", "uniqueName"), key),
        **moments,
        "ownerGroup": "a",
        "accessGroups": [],
        "owner": chance.choice(("ada", "bo")),
        "type": "raw",
        "datasetName": chance.choice(("one", "two")),
        "title": chance.choice(("one", "two")),
        "name": chance.choice(("one", "two")),
        "caption": chance.choice(("one", "two")),
        "pi_email": "ada@example.org",
        "publicationYear": chance.choice((2025, 2026)),
        "status": "registered",
        "size": chance.choice((1, 2)),
        "datasetId": "Dataset/none",
        "dataFileList": files,
        "jobParams": {},
        "beamlore": {"state": chance.choice(("running", "finished"))},
    }


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: one.path)
async def test_pages_hold_every_row_once(full: Full, listing: Listing) -> None:
    chance = Random(listing.path)  # noqa: S311 - the same ones every time
    for sort in ("", *(f"{one}:{way}" for one in listing.sorts for way in ("asc", "desc"))):
        limit = chance.choice((1, 4, 5, 10))
        found = await pages(full.client, listing, sort, limit)
        assert len(found) == len(set(found)), (sort, limit)
        if "." in listing.key:
            assert {one.rpartition("-")[0] for one in found} == full.keys[listing.collection], (sort, limit)
        else:
            assert set(found) == full.keys[listing.collection], (sort, limit)


async def pages(client: httpx.AsyncClient, listing: Listing, sort: str, limit: int) -> list[str]:
    """Return the keys of all rows, page by page."""
    found: list[str] = []
    while len(found) <= ROWS * FILES_AT_MOST:
        limits = {"limit": limit, "skip": len(found)} | ({"order": sort} if sort else {})
        answer = await client.get(listing.path, params=listing.params(limits))
        assert answer.status_code == 200, answer.text
        rows = answer.json()
        found += [str(at(one, listing.key)) for one in rows]
        if not rows:
            break
    return found


def at(row: Any, path: str) -> Any:
    """Return what stands at a path of a row."""
    for name in path.split("."):
        row = row[name]
    return row


@pytest.mark.parametrize(("path", "params"), CURSORS, ids=str)
async def test_pages_by_cursor_hold_every_row_once(full: Full, path: str, params: dict[str, str]) -> None:
    found: list[str] = []
    cursor: dict[str, str] = {}
    while len(found) <= ROWS:
        answer = await full.client.get(path, params={**params, **cursor, "limit": "5"})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [one["pid"] for one in page["items"]]
        if not page.get("nextCursor"):
            break
        cursor = {"cursor": page["nextCursor"]}
    assert sorted(found) == sorted(full.keys["Dataset"])
