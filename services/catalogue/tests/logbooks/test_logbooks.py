"""SciCat's logbook routes, over a SciChat server."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from beamlore.catalogue.filters import FilterError
from beamlore.catalogue.logbooks.messages import parse_logbook_filter
from beamlore.embedded import listening_socket

from ..conftest import BATCH, Served, serving, until
from ..facility import GROUPS, asked
from ..scan_items import item

URL = "/api/v3/logbooks"


def message(place: int, sender: str, body: str) -> dict[str, Any]:
    return {"origin_server_ts": place, "sender": f"@{sender}", "content": {"body": body, "msgtype": "m.text"}}


LOGBOOKS = {
    "20260101": [message(1, "bo", "beam on"), message(2, "ada", "sample in"), message(3, "cy", "aligned")],
    "20260102": [message(9, "bo", "night shift")],
    "20260103": [],
    "elsewhere": [message(5, "ada", "secret")],
}


class SciChatServer:
    """Answers as SciChat does, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken = False
        self.app = Starlette(routes=[Route("/scichatapi/Logbooks{rest:path}", self._answer)])

    async def _answer(self, request: Request) -> Response:
        self.asked.append(f"{request.scope['raw_path'].decode()}?{request.url.query}")
        if self.broken:
            return Response("Synapse is away", status_code=502)
        name = request.path_params["rest"].removeprefix("/")
        if not name:
            return JSONResponse([_logbook(one) for one in LOGBOOKS])
        return JSONResponse(_logbook(name)) if name in LOGBOOKS else Response(status_code=404)


def _logbook(name: str) -> dict[str, Any]:
    return {"name": name, "roomId": f"!{name}:facility", "messages": LOGBOOKS[name]}


@asynccontextmanager
async def listening(app: Any) -> AsyncIterator[str]:
    listener = listening_socket()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", loop="none"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listener.close()


@pytest.fixture
async def chat() -> AsyncIterator[SciChatServer]:
    server = SciChatServer()
    async with listening(server.app) as address:
        server.address = f"{address}/scichatapi"  # type: ignore[attr-defined]
        yield server


@pytest.fixture
async def served(mongo_database: Any, settings_for: Callable[..., Any], token: Any, chat: Any) -> AsyncIterator[Served]:
    settings = settings_for(*mongo_database, **GROUPS, logbook_enabled=True, logbook_base_url=chat.address)
    async with serving(settings, token) as running:
        office = running.member_of("user office")
        for proposal, group in (("20260101", "pg1"), ("20260102", "pg1"), ("20260103", "pg1"), ("elsewhere", "pg2")):
            new = {"proposalId": proposal, "email": "ada@facility.example", "title": "x", "ownerGroup": group}
            await asked(office, "POST", "/api/v3/proposals", 201, json=new | {"accessGroups": ["readers"]})
        yield running


async def test_logbooks_are_those_of_ones_own_proposals(served: Served) -> None:
    """OWASP API1:2023, ASVS 8.2.2: the chat server knows no access rules of ours."""
    owner = served.member_of("pg1")
    assert [one["name"] for one in await asked(owner, "GET", URL)] == ["20260102", "20260101", "20260103"]
    assert len(await asked(served.member_of("admin"), "GET", URL)) == 4
    for client in (served.member_of("readers"), served.member_of("user office"), served.member_of("")):
        assert await asked(client, "GET", URL) == []
        assert await asked(client, "GET", f"{URL}/20260101") is None
    assert (await asked(owner, "GET", f"{URL}/20260101"))["messages"] == LOGBOOKS["20260101"]
    assert await asked(owner, "GET", f"{URL}/elsewhere") is None
    nobody = await served.as_(None)
    for route in ("", "/20260101"):
        assert (await nobody.get(f"{URL}{route}")).status_code == 403


@pytest.mark.parametrize(
    ("wanted", "bodies"),
    [
        ({"sortField": "timestamp:desc"}, ["aligned", "sample in", "beam on"]),
        ({"sortField": "sender:asc"}, ["sample in", "beam on", "aligned"]),
        ({"sortField": "entry:asc", "skip": 1, "limit": 1}, ["beam on"]),
        ({"skip": 2, "limit": 10}, ["aligned"]),
        ({"limit": 0}, []),
        ({}, ["beam on", "sample in", "aligned"]),
    ],
)
def test_messages_are_sorted_and_cut(wanted: dict[str, Any], bodies: list[str]) -> None:
    shown = parse_logbook_filter(json.dumps(wanted)).apply(LOGBOOKS["20260101"])
    assert [one["content"]["body"] for one in shown] == bodies


@pytest.mark.parametrize(
    "filters", ["{", "[]", '{"skip": -1}', '{"limit": "7"}', '{"limit": true}', '{"sortField": "$where:asc"}']
)
def test_a_malformed_filter_is_refused(filters: str) -> None:
    with pytest.raises(FilterError, match=r"^(Invalid JSON in )?filters"):
        parse_logbook_filter(filters)


async def test_names_and_filters_reach_the_server_as_one_argument(served: Served, chat: SciChatServer) -> None:
    """OWASP API7:2023, ASVS 1.2.2: what a caller names cannot lead the request elsewhere."""
    admin = served.member_of("admin")
    filters = json.dumps({"textSearch": "a&b=c#d", "limit": 1})
    await asked(admin, "GET", f"{URL}/20260101", params={"filters": filters})
    assert "textSearch%22%3A%22a%26b%3Dc%23d" in chat.asked[-1]
    await asked(admin, "GET", f"{URL}/rooms%2Fadmin%3Fa=b")
    assert chat.asked[-1].startswith("/scichatapi/Logbooks/rooms%2Fadmin%3Fa%3Db?")
    before = len(chat.asked)
    assert await asked(admin, "GET", f"{URL}/..%2F..%2Fadmin") is None
    assert len(chat.asked) == before


async def test_a_dataset_has_the_logbook_of_its_proposal(served: Served) -> None:
    """OWASP API1:2023: naming a proposal in a dataset of one's own does not open its logbook."""
    ingestor = await served.as_("ingestor")
    mine, unknown = item(), item("20269999")
    await asked(ingestor, "POST", BATCH, json={"items": [mine, unknown]})
    datasets = served.app.state.catalogue.database["Dataset"]
    await datasets.update_many({}, {"$set": {"ownerGroup": "pg1"}})

    def path(version: str, one: dict[str, Any]) -> str:
        return f"/api/{version}/datasets/{one['pid'].replace('/', '%2F')}/logbook"

    owner = served.member_of("pg1")
    for version in ("v3", "v4"):
        shown = await asked(owner, "GET", path(version, mine), params={"filters": '{"limit": 1}'})
        assert shown["messages"] == LOGBOOKS["20260101"][:1]
        assert await asked(owner, "GET", path(version, unknown)) is None
        assert (await served.member_of("pg2").get(path(version, mine))).status_code == 403
        assert (await owner.get(f"/api/{version}/datasets/no%2Fsuch/logbook")).status_code == 404
    await datasets.update_many({}, {"$set": {"proposalIds": ["elsewhere"]}})
    assert await asked(owner, "GET", path("v3", mine)) is None
    await datasets.update_many({}, {"$unset": {"proposalIds": ""}})
    assert await asked(owner, "GET", path("v3", mine)) is None


async def test_a_server_that_fails_is_told_as_that(served: Served, chat: SciChatServer) -> None:
    chat.broken = True
    owner = served.member_of("pg1")
    for route in ("", "/20260101"):
        answer = await owner.get(f"{URL}{route}")
        assert answer.status_code == 503
        assert "Synapse" not in answer.text
    chat.broken = False
    await until(lambda: _answers(owner))


async def _answers(client: httpx.AsyncClient) -> bool:
    return (await client.get(URL)).is_success


async def test_without_a_server_there_are_no_logbooks(
    mongo_database: Any, settings_for: Callable[..., Any], token: Any
) -> None:
    async with serving(settings_for(*mongo_database), token) as served:
        admin = served.member_of("admin")
        assert await asked(admin, "GET", URL) == []
        assert await asked(admin, "GET", f"{URL}/20260101") is None
