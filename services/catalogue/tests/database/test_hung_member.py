"""The primary hangs: it is stopped with its connections open, and says nothing, which no error tells anybody."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from beamlore.contract import CATALOGUE_ADMIN, CATALOGUE_INGEST
from beamlore.embedded import Installation

from ..conftest import BATCH, SCANS, Served, until
from ..live.streams import listening
from ..scan_items import item

LONGEST_SECONDS = 15
"""The deadline of a write is 10 s; the rest is for a busy machine."""

READS = (
    SCANS,
    "/api/v3/datasets?filter={}",
    "/api/v3/datasets/count",
    '/api/v3/datasets/fullfacet?facets=["keywords"]&fields={}',
    "/api/v4/datasets",
    "/api/v3/proposals",
    "/api/v3/jobs",
    "/api/beamlore/v1/audit",
    "/api/beamlore/v1/durability",
)


@pytest.fixture
async def hung(servers: Installation) -> AsyncIterator[Callable[[], Any]]:
    """Stops the primary; lets it go on afterwards, and waits until the set is whole."""
    stopped: list[int] = []

    async def hang() -> None:
        primary = await servers.primary()
        assert primary is not None
        stopped.append(servers.pid(primary))
        os.kill(stopped[0], signal.SIGSTOP)

    yield hang
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)

    async def whole() -> bool:
        return await servers.primary() is not None and all(
            [await servers.mongo.answers(name) for name in ("mongo-1", "mongo-2")]
        )

    await until(whole, 60)


async def timed(request: Any) -> tuple[int, str | None, float]:
    begun = time.monotonic()
    answer: httpx.Response = await request
    return answer.status_code, answer.headers.get("retry-after"), time.monotonic() - begun


async def test_every_request_is_answered_and_service_returns_without_the_member(
    served: Served, hung: Callable[[], Any]
) -> None:
    admin, ingestor = served.member_of(CATALOGUE_ADMIN), served.member_of(CATALOGUE_INGEST)
    assert (await ingestor.post(BATCH, json={"items": [item(pid="test/before")]})).is_success

    await hung()
    answers = await asyncio.gather(
        *(timed(admin.get(address)) for address in READS for _ in range(3)),
        timed(ingestor.post(BATCH, json={"items": [item()]})),
        timed(admin.patch("/api/v3/datasets/test%2Fbefore", json={"description": "x"})),
    )

    wrong = [one for one in answers if one[0] != 200 and (one[0] != 503 or not one[1])]
    assert wrong == []
    assert max(seconds for _, _, seconds in answers) < LONGEST_SECONDS

    async def all_is_well() -> bool:
        again = [await timed(admin.get(address)) for address in READS]
        return all(status == 200 for status, _, _ in again)

    await until(all_is_well, 30)
    assert (await ingestor.post(BATCH, json={"items": [item()]})).is_success


@pytest.mark.usefixtures("following")
async def test_live_events_go_on(served: Served, hung: Callable[[], Any]) -> None:
    admin, ingestor = served.member_of(CATALOGUE_ADMIN), served.member_of(CATALOGUE_INGEST)
    async with listening(admin) as page:
        await hung()
        scan = item()

        async def written() -> bool:
            return (await ingestor.post(BATCH, json={"items": [scan]})).is_success

        await until(written, 30)
        await page.knows({scan["pid"]})
