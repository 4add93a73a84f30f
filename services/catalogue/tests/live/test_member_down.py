"""A data member of the replica set is killed: writes go on, live events go on, and the change-over shows nowhere."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from beamlore.contract import CATALOGUE_ADMIN, CATALOGUE_INGEST
from beamlore.embedded import Installation

from ..conftest import BATCH, Served, until
from ..scan_items import item
from .streams import listening

DURABILITY = "/api/beamlore/v1/durability"


@pytest.fixture
async def whole_again(servers: Installation) -> AsyncIterator[None]:
    """Bring every member back afterwards."""
    yield
    for member in ("mongo-1", "mongo-2"):
        await servers.start(member)


class Producer:
    """Writes scans one after the other until told to stop; repeats a batch that was not answered."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.pids: list[str] = []
        self.levels: Counter[str] = Counter()
        self._stop = False

    async def run(self) -> None:
        while not self._stop:
            one = item()
            while not await self._sent(one):
                await asyncio.sleep(0.1)
            self.pids.append(one["pid"])
            await asyncio.sleep(0.05)

    async def _sent(self, one: dict[str, Any]) -> bool:
        try:
            answer = await self._client.post(BATCH, json={"items": [one]})
        except httpx.HTTPError:
            return False
        if answer.status_code != 200:
            assert answer.status_code == 503, answer.text
            return False
        self.levels[answer.json()["durability"]["level"]] += 1
        return True

    async def more(self, count: int) -> None:
        """Wait until so many more scans are written."""
        wanted = len(self.pids) + count

        async def enough() -> bool:
            return len(self.pids) >= wanted

        await until(enough, 60)

    def stop(self) -> None:
        self._stop = True


@pytest.mark.usefixtures("whole_again", "following")
@pytest.mark.parametrize("role", ["secondary", "primary"])
async def test_live_events_have_no_gap_and_no_double_while_a_member_is_down(
    served: Served, servers: Installation, role: str
) -> None:
    admin, ingestor = served.member_of(CATALOGUE_ADMIN), served.member_of(CATALOGUE_INGEST)
    producer = Producer(ingestor)
    primary = await servers.primary()
    other = "mongo-2" if primary == "mongo-1" else "mongo-1"
    victim = primary if role == "primary" else other
    async with listening(admin) as page:
        work = asyncio.create_task(producer.run())
        await producer.more(10)
        servers.kill(victim, signal.SIGKILL, restart=False)
        await producer.more(20)
        assert producer.levels["w1"] > 0
        # All of these were written while no majority was there: the second way brings them.
        await page.knows(set(producer.pids))
        # What is taken away leaves the page then too, although no change stream tells of it.
        deleted = await admin.delete(f"/api/v4/datasets/{quote(producer.pids[0], safe='')}")
        assert deleted.is_success, deleted.text
        await page.lost(producer.pids[0])
        await servers.start(victim)

        async def majority() -> bool:
            answer = await ingestor.get(DURABILITY)
            return answer.status_code == 200 and answer.json()["level"] == "majority"

        await until(majority, 90)
        await producer.more(10)
        producer.stop()
        await work
        await page.knows(set(producer.pids))
        # What the stream tells late, once it speaks again, was told already.
        marker = item()
        await ingestor.post(BATCH, json={"items": [marker]})
        await page.knows({marker["pid"]})
    told = Counter((scan["pid"], scan["version"]) for scan in page.scans)
    assert {pid for pid, _ in told} == {*producer.pids, marker["pid"]}
    assert [one for one, times in told.items() if times > 1] == []
    assert "reset" not in page.kinds
