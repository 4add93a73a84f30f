"""An open stream has the rights that its token has now: what is taken away ends or narrows it within ten seconds.

Covers OWASP API2:2023, API5:2023; ASVS 5.0 V7.4.1, V7.4.2 (sessions end at once), V8.3.2.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from bson import ObjectId
from httpx_sse import aconnect_sse

from beamlore.core import Principal

from ..conftest import BATCH, Served
from ..scan_items import item
from .streams import EVENTS, Page, listening

pytestmark = pytest.mark.usefixtures("following")

WITHIN_SECONDS = 10
SCICATS = "/api/v3/events/stream"


class Person:
    """A user of the catalogue's own, with a token whose groups are looked up."""

    def __init__(self, served: Served, name: str) -> None:
        self.key = ObjectId()
        self.name = name
        self.served = served
        self.database = served.app.state.catalogue.database

    async def begin(self, *groups: str) -> httpx.AsyncClient:
        user = {"_id": self.key, "username": self.name, "email": f"{self.name}@b.example", "authStrategy": "local"}
        await self.database["User"].insert_one(user)
        profile = {"username": self.name, "email": f"{self.name}@b.example", "accessGroups": list(groups)}
        await self.database["UserIdentity"].insert_one({"userId": self.key, "profile": profile})
        return self.client(self.served.app.state.session_tokens.issue_for(user))

    def client(self, token: str) -> httpx.AsyncClient:
        return self.served.client({"Authorization": f"Bearer {token}"})

    async def set_groups(self, *groups: str) -> None:
        changed = {"$set": {"profile.accessGroups": list(groups)}}
        await self.database["UserIdentity"].update_one({"userId": self.key}, changed)

    async def vanish(self) -> None:
        await self.database["User"].delete_one({"_id": self.key})


@asynccontextmanager
async def scicats(client: httpx.AsyncClient, **params: str) -> AsyncIterator[asyncio.Task[None]]:
    """SciCat's stream, as a task that ends with it."""
    opened = asyncio.Event()

    async def read() -> None:
        timeout = httpx.Timeout(10, read=None)
        async with aconnect_sse(client, "GET", SCICATS, params=params, timeout=timeout) as source:
            source.response.raise_for_status()
            opened.set()
            async for _ in source.aiter_sse():
                pass

    task = asyncio.create_task(read())
    waiting = asyncio.create_task(opened.wait())
    await asyncio.wait({task, waiting}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
    assert opened.is_set()
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_streams_end_when_their_tokens_are_taken_away(served: Served) -> None:
    """All at once: each would take its few seconds. Nothing is patched, since the ten seconds are the point."""
    people = [Person(served, name) for name in ("leaves", "deleted", "robot", "ticket")]
    clients = [await one.begin("mine") for one in people]
    made = (
        await clients[2].post("/api/beamlore/v1/tokens", json={"name": "r", "scopes": ["datasets:read", "events:read"]})
    ).json()
    robot = people[2].client(made["token"])
    ticket = (await clients[3].post("/api/v3/events/ticket")).json()["ticket"]
    soon = Principal(subject="functional:x", username="x", groups=frozenset({"mine"}), expires_at=time.time() + 4)
    expiring = served.client({"Authorization": f"Bearer {served.app.state.session_tokens.issue(soon)}"})
    async with AsyncExitStack() as open_:
        pages = [await open_.enter_async_context(listening(one)) for one in (*clients[:2], robot, expiring)]
        tasks = [await open_.enter_async_context(scicats(one)) for one in (clients[0], robot)]
        nobody = served.client()
        tasks.append(await open_.enter_async_context(scicats(nobody, ticket=ticket)))
        begun = time.monotonic()
        for one in (clients[0], clients[3]):
            assert (await one.post("/api/v3/users/logout")).is_success
        await people[1].vanish()
        assert (await clients[2].delete(f"/api/beamlore/v1/tokens/{made['id']}")).is_success
        async with asyncio.timeout(60):
            await asyncio.gather(*(page.ended.wait() for page in pages))
            await asyncio.wait(tasks)
        assert time.monotonic() - begun < WITHIN_SECONDS


async def test_stream_narrows_with_the_groups_of_its_reader(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beamlore.catalogue.live.proof.CHECK_SECONDS", 0.2)
    person = Person(served, "ann")
    client = await person.begin("proposal:20260101", "proposal:20260102")
    ingestor = served.member_of("catalogue:ingest")

    async def write(*items: Any) -> None:
        assert (await ingestor.post(BATCH, json={"items": list(items)})).status_code == 200

    async with listening(client) as page:
        first = item("20260101")
        await write(first)
        await page.knows({first["pid"]})
        await person.set_groups("proposal:20260102")
        await page.heard_kind("reset")
        kept, lost = item("20260102"), item("20260101")
        await write(lost, kept)
        await page.knows({kept["pid"]})
    assert lost["pid"] not in {scan["pid"] for scan in page.scans}


async def test_person_has_a_bounded_number_of_streams(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """OWASP API4:2023."""
    slots = served.app.state.catalogue.slots
    monkeypatch.setattr(slots, "_most_of_one", 2)
    ann, ben = [await Person(served, name).begin("mine") for name in ("ann", "ben")]
    async with listening(ann), scicats(ann):
        refused = await ann.get(EVENTS)
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) > 0
        assert "2 live connections open" in refused.json()["detail"]
        scicats_refusal = await ann.get(SCICATS)
        assert (scicats_refusal.status_code, "retry-after" in scicats_refusal.headers) == (429, True)
        async with listening(ben) as page:
            await page.heard_kind("ready")
        monkeypatch.setattr(slots, "_most_of_all", 2)
        refused = await ben.get(EVENTS)
        assert (refused.status_code, "The service has as many" in refused.json()["detail"]) == (429, True)
    page = Page()
    async with asyncio.timeout(20):
        while not page.kinds:
            try:
                async with listening(ann, page):
                    await page.heard_kind("ready")
            except httpx.HTTPStatusError:
                await asyncio.sleep(0.05)
