"""SciCat's events: who is told of which new datasets, and how a stream is opened."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from httpx_sse import ServerSentEvent, aconnect_sse

from beamlore.catalogue.events.announcer import CONNECTIONS_OF_ONE
from beamlore.catalogue.events.tickets import SECONDS, Tickets
from beamlore.core import UnauthenticatedError

from ..conftest import BATCH, Served, until
from ..scan_items import item

pytestmark = pytest.mark.usefixtures("following")

EVENTS = "/api/v3/events"
DATASET = {
    "type": "raw",
    "ownerGroup": "p1",
    "contactEmail": "ada@facility.example",
    "sourceFolder": "/data/balder",
    "creationTime": "2026-03-01T12:00:00.000Z",
    "datasetName": "a powder",
    "scientificMetadata": {"temperature": {"value": 20, "unit": "K"}},
}


@asynccontextmanager
async def streaming(client: httpx.AsyncClient, **parameters: str) -> AsyncIterator[AsyncIterator[ServerSentEvent]]:
    """An open stream, once the catalogue counts it."""
    before = (await connections(client))["connections"]
    async with aconnect_sse(client, "GET", f"{EVENTS}/stream", params=parameters) as source:
        assert source.response.status_code == 200
        await until(lambda: _more_than(client, before))
        yield source.aiter_sse()


async def _more_than(client: httpx.AsyncClient, before: int) -> bool:
    return (await connections(client))["connections"] > before


async def connections(client: httpx.AsyncClient) -> dict[str, Any]:
    admin: httpx.AsyncClient = client.admin  # type: ignore[attr-defined]
    found: dict[str, Any] = (await admin.get(f"{EVENTS}/connections")).json()
    return found


def reader(served: Served, *groups: str) -> httpx.AsyncClient:
    client = served.member_of(*groups)
    client.admin = served.member_of("catalogue:admin")  # type: ignore[attr-defined]
    return client


async def create(client: httpx.AsyncClient, **more: Any) -> str:
    answer = await client.post("/api/v4/datasets", json=DATASET | more)
    assert answer.status_code == 201, answer.text
    pid: str = answer.json()["pid"]
    return pid


async def first(source: AsyncIterator[ServerSentEvent]) -> dict[str, Any]:
    async with asyncio.timeout(30):
        async for event in source:
            if event.data:
                assert event.event == "message"
                found: dict[str, Any] = json.loads(event.data)
                return found
    raise AssertionError("the stream ended")


async def test_new_dataset_is_told_to_who_may_see_it(served: Served) -> None:
    """OWASP API1:2023: access is asked for each event and each reader."""
    admin = served.member_of("catalogue:admin")
    async with streaming(reader(served, "p1")) as source:
        await create(admin, ownerGroup="p2")
        pid = await create(admin)
        told = await first(source)
    assert told["type"] == "Dataset.created"
    assert (told["data"]["pid"], told["data"]["_id"], told["data"]["ownerGroup"]) == (pid, pid, "p1")
    assert told["data"]["scientificMetadata"]["temperature"] == {"value": 20, "unit": "K", "valueSI": 20, "unitSI": "K"}
    assert "beamlore" not in told["data"]


async def test_change_of_a_dataset_is_no_new_dataset(served: Served) -> None:
    admin = served.member_of("catalogue:admin")
    async with streaming(reader(served, "p1")) as source:
        pid = await create(admin)
        assert (await first(source))["data"]["pid"] == pid
        url = f"/api/v4/datasets/{pid.replace('/', '%2F')}"
        assert (await admin.patch(url, json={"comment": "c"})).status_code == 200
        second = await create(admin)
        assert (await first(source))["data"]["pid"] == second


async def test_scans_and_what_others_write_are_told_too(served: Served) -> None:
    ingestor = served.member_of("catalogue:ingest")
    async with streaming(reader(served, "catalogue:admin")) as source:
        assert (await ingestor.post(BATCH, json={"items": [item()]})).status_code == 200
        assert (await first(source))["data"]["scientificMetadata"]
        database = served.app.state.catalogue.database
        now = datetime.now(UTC)
        old = {"_id": "old", "pid": "old", "createdAt": now - timedelta(hours=1), "updatedAt": now}
        await database["Dataset"].insert_one(old)
        await database["Dataset"].insert_one({"_id": "foreign", "pid": "foreign", "createdAt": now, "updatedAt": now})
        assert (await first(source))["data"]["pid"] == "foreign"


async def test_ticket_opens_the_stream_without_a_header(served: Served) -> None:
    member = reader(served, "p1")
    ticket = (await member.post(f"{EVENTS}/ticket")).json()["ticket"]
    nobody = await served.as_(None)
    nobody.admin = member.admin  # type: ignore[attr-defined]
    async with streaming(nobody, ticket=ticket) as source:
        pid = await create(served.member_of("catalogue:admin"))
        assert (await first(source))["data"]["pid"] == pid


@pytest.mark.parametrize(
    ("path", "parameters", "status"),
    [
        ("/stream", {}, 403),
        ("/stream", {"ticket": "nonsense"}, 403),
        ("/connections", {}, 403),
    ],
)
async def test_nobody_gets_nothing(served: Served, path: str, parameters: dict[str, str], status: int) -> None:
    """OWASP API2:2023, API5:2023; ASVS V3.5."""
    nobody = await served.as_(None)
    assert (await nobody.get(EVENTS + path, params=parameters)).status_code == status
    assert (await nobody.post(f"{EVENTS}/ticket")).status_code == status


async def test_ticket_is_no_token(served: Served) -> None:
    """OWASP API2:2023: what stands in addresses, and so in logs, opens nothing else."""
    ticket = (await served.member_of("p1").post(f"{EVENTS}/ticket")).json()["ticket"]
    answer = await (await served.as_(None)).get("/api/v4/datasets", headers={"Authorization": f"Bearer {ticket}"})
    assert answer.status_code == 401


async def test_ticket_runs_out(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """OWASP API2:2023; ASVS V3.5.3."""
    tickets = Tickets(served.app.state.settings)
    ticket = tickets.issue("a token")
    assert tickets.redeem(ticket) == "a token"
    monkeypatch.setattr("beamlore.catalogue.events.tickets.SECONDS", -SECONDS)
    with pytest.raises(UnauthenticatedError):
        tickets.redeem(tickets.issue("a token"))


async def test_one_user_has_few_streams(served: Served) -> None:
    """OWASP API4:2023."""
    member = reader(served, "p1")
    tasks: list[Any] = [streaming(member) for _ in range(CONNECTIONS_OF_ONE)]
    for stream in tasks:
        await stream.__aenter__()
    assert await connections(member) == {"connections": CONNECTIONS_OF_ONE, "users": {"test": CONNECTIONS_OF_ONE}}
    refused = await member.get(f"{EVENTS}/stream")
    assert refused.status_code == 403
    assert "Maximum number of 5 open connections" in refused.json()["message"]
    for stream in tasks:
        await stream.__aexit__(None, None, None)
    await until(lambda: _none_left(member))


async def _none_left(member: httpx.AsyncClient) -> bool:
    return (await connections(member))["connections"] == 0


async def test_only_administrators_see_who_is_connected(served: Served) -> None:
    """OWASP API5:2023."""
    assert (await served.member_of("p1").get(f"{EVENTS}/connections")).status_code == 403
