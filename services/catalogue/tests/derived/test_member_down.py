"""A data member is lost: answers stay those of the documents, also after its writes are rolled back."""

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pymongo import WriteConcern
from pymongo.errors import PyMongoError

from beamlore.contract import CATALOGUE_ADMIN
from beamlore.embedded import Installation

from ..conftest import BATCH, until
from ..scan_items import item
from .sides import Sides, ask
from .test_right import differs

COUNT = "/api/v3/datasets/count"


@pytest.fixture
async def whole_again(servers: Installation) -> AsyncIterator[None]:
    """Bring every member back afterwards."""
    yield
    for member in ("mongo-1", "mongo-2"):
        await servers.start(member)


async def write(client: httpx.AsyncClient, pid: str) -> str:
    """Write a scan, again until it is taken; return how durable it is."""
    async with asyncio.timeout(60):
        while True:
            answer = await client.post(BATCH, json={"items": [item(pid=pid)]})
            if answer.is_success:
                level: str = answer.json()["durability"]["level"]
                return level
            await asyncio.sleep(0.2)


@pytest.mark.usefixtures("whole_again")
async def test_answers_are_right_while_a_member_is_down_and_after_its_writes_are_rolled_back(
    sides: Sides, servers: Installation
) -> None:
    client = sides.one.member_of(CATALOGUE_ADMIN)
    assert await write(client, "test/kept") == "majority"
    primary = await servers.primary()
    other = "mongo-2" if primary == "mongo-1" else "mongo-1"
    servers.kill(other, signal.SIGKILL, restart=False)
    # Ours are seen in the next request.
    levels = [await write(client, f"test/{number}") for number in range(5)]
    assert "w1" in levels
    assert await ask(client, COUNT, {}) == {"count": 6}
    # Those of others come by no stream now.
    behind = sides.database["Dataset"].with_options(write_concern=WriteConcern(w=1))
    await behind.insert_one({"_id": "others/1", "ownerGroup": "a", "type": "raw"})
    await counts(client, 7, seconds=20)
    await behind.delete_one({"_id": "others/1"})
    await counts(client, 6, seconds=20)
    # The one that has them is lost too, the other one goes on without them.
    servers.kill(primary, signal.SIGKILL, restart=False)
    await servers.start(other)
    async with asyncio.timeout(60):
        while await servers.primary() != other:
            await asyncio.sleep(0.2)
    await servers.start(primary)
    assert await write(client, "test/later") in ("w1", "majority")
    await until(lambda: agreed(sides, client), 60)


async def counts(client: httpx.AsyncClient, count: int, seconds: float) -> None:
    async def so_many() -> bool:
        found: dict[str, Any] = await ask(client, COUNT, {})
        return found == {"count": count}

    await until(so_many, seconds)


async def agreed(sides: Sides, client: httpx.AsyncClient) -> bool:
    """Return whether derived data answer, and are those of the documents that are left."""
    try:
        if not sides.derived.follows or await differs(sides):
            return False
        left = await sides.database["Dataset"].count_documents({})
        answer = await client.get(COUNT)
        return answer.is_success and answer.json() == {"count": left}
    except PyMongoError:
        return False
