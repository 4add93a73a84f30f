"""One of two processes is told to end while people read and the ingestor writes: nobody notices."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from beamlore.embedded import Installation, Tokens

from ..conftest import BATCH, SCANS
from ..live.streams import Page
from ..scan_items import item
from .replicas import Replica, front_door

_DRAIN_SECONDS, _STOP_SECONDS = 2, 60
_AT_ONCE = 5
"""Four who read, and one who writes."""


@pytest.fixture
def environment(servers: Installation, mongo_database: Any) -> dict[str, str]:
    return servers.environment("catalogue") | {
        "BEAMLORE_MONGO_URL": mongo_database.url,
        "BEAMLORE_MONGO_DATABASE": mongo_database.name,
        "BEAMLORE_DRAIN_SECONDS": str(_DRAIN_SECONDS),
        "BEAMLORE_STOP_SECONDS": str(_STOP_SECONDS),
    }


@pytest.fixture
async def replicas(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[list[Replica]]:
    """Two catalogues over one database."""
    both = [Replica(environment, tmp_path / f"catalogue-{number}.log") for number in (1, 2)]
    try:
        for one in both:
            one.start()
        for one in both:
            await one.answers("/health/ready")
        yield both
    finally:
        for one in both:
            one.kill()
    for one in both:
        assert "broke off" not in one.log.read_text(), "two processes over one database are in each other's way"


class Load:
    """People who read and an ingestor that writes; a request is never repeated by them."""

    def __init__(self, reader: httpx.AsyncClient, ingestor: httpx.AsyncClient) -> None:
        self._reader, self._ingestor = reader, ingestor
        self.written: set[str] = set()
        self.failures: list[str] = []
        self.requests = 0
        self.longest = 0.0
        self._tasks = [asyncio.create_task(self._read()) for _ in range(_AT_ONCE - 1)]
        self._tasks.append(asyncio.create_task(self._write()))

    async def more(self, count: int) -> None:
        """Wait until so many more requests were sent."""
        wanted = self.requests + count
        while self.requests < wanted:
            await asyncio.sleep(0.05)

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def _read(self) -> None:
        while True:
            await self._send(self._reader, "GET", SCANS)
            await asyncio.sleep(0.02)

    async def _write(self) -> None:
        while True:
            one = item()
            if await self._send(self._ingestor, "POST", BATCH, json={"items": [one]}):
                self.written.add(one["pid"])
            await asyncio.sleep(0.05)

    async def _send(self, http: httpx.AsyncClient, method: str, path: str, **more: Any) -> bool:
        begun = time.monotonic()
        self.requests += 1
        try:
            answer = await http.request(method, path, **more)
        except httpx.HTTPError as error:
            self.failures.append(f"{method} {error!r}")
            return False
        if answer.status_code != 200:
            self.failures.append(f"{method} {answer.status_code} {answer.text[:200]}")
            return False
        self.longest = max(self.longest, time.monotonic() - begun)
        return True


async def _reading(http: httpx.AsyncClient, page: Page, ends: list[float]) -> None:
    """A page: whenever its stream ends, in order, it comes back at once."""
    while True:
        await page.listen(http, asyncio.Event())
        ends.append(time.monotonic())


async def test_no_request_fails_and_no_live_event_is_missed_while_each_process_in_turn_is_replaced(
    replicas: list[Replica], token: Tokens, tmp_path: Path
) -> None:
    admin = {"Authorization": f"Bearer {token('admin')}"}
    ingestor = {"Authorization": f"Bearer {token.service('ingestor')}"}
    async with (
        front_door(replicas, tmp_path) as door,
        httpx.AsyncClient(base_url=door, headers=admin, timeout=30) as reader,
        httpx.AsyncClient(base_url=door, headers=ingestor, timeout=30) as writer,
    ):
        pages, ends = [Page() for _ in range(6)], []
        reading = [asyncio.create_task(_reading(reader, page, ends)) for page in pages]
        for page in pages:
            await page.heard_kind("ready")
        load = Load(reader, writer)
        took = []
        for one in replicas:
            await asyncio.sleep(1)
            begun = time.monotonic()
            assert await one.stop(within=_DRAIN_SECONDS + _STOP_SECONDS) == 0
            took.append(time.monotonic() - begun)
            one.start()
            await one.answers("/health/ready")
        await load.end()
        for page in pages:
            await page.knows(load.written, 20)
        for task in reading:
            assert not task.done(), "a stream broke off instead of ending"
            task.cancel()
        await asyncio.wait(reading)

    print(f"{load.requests} requests, {len(load.failures)} failed, longest {load.longest:.2f} s; ended in {took}")
    assert load.failures == [], (tmp_path / "error.log").read_text()
    assert len(load.written) > 20
    assert len(ends) >= len(pages), "each stream was with one of the two, and was ended by it"
    assert max(took) < _STOP_SECONDS / 2, "nothing that was open held it up"


async def test_whoever_listens_is_told_when_to_come_back(replicas: list[Replica], token: Tokens) -> None:
    headers = {"Authorization": f"Bearer {token('admin')}"}
    async with httpx.AsyncClient(base_url=replicas[0].url, headers=headers, timeout=30) as http:
        async with (
            http.stream("GET", "/api/beamlore/v1/events") as scans,
            http.stream("GET", "/api/v3/events/stream") as datasets,
        ):
            stopping = asyncio.create_task(replicas[0].stop(within=_STOP_SECONDS / 2))
            texts = [(await answer.aread()).decode() for answer in (scans, datasets)]
        assert await stopping == 0
    assert all("\nretry: " in text for text in texts)


async def test_crash_of_one_process_is_noticed_by_no_reader(
    replicas: list[Replica], token: Tokens, tmp_path: Path
) -> None:
    admin = {"Authorization": f"Bearer {token('admin')}"}
    ingestor = {"Authorization": f"Bearer {token.service('ingestor')}"}
    async with (
        front_door(replicas, tmp_path) as door,
        httpx.AsyncClient(base_url=door, headers=admin, timeout=30) as reader,
        httpx.AsyncClient(base_url=door, headers=ingestor, timeout=30) as writer,
    ):
        load = Load(reader, writer)
        await load.more(100)
        replicas[0].kill()
        await load.more(100)
        await load.end()

    assert [one for one in load.failures if " 5" in one[:8]] == [], "the other answers from the first moment on"
    # What was just being sent or written is lost: each reader and the writer has one request under way.
    assert len(load.failures) <= _AT_ONCE, load.failures
