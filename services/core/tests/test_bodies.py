"""What of a request is read: its body within the bounds of its route, and JSON no deeper and larger than is taken."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from fastapi import APIRouter, Request

from beamlore.core import (
    CurrentPrincipal,
    Health,
    HttpSettings,
    Principal,
    UnauthenticatedError,
    create_app,
    takes_bodies_of,
)
from beamlore.embedded import NO_AUTHORITIES, listening_socket

KIB = 1024
SETTINGS = HttpSettings(
    body_bytes=256 * KIB,
    anonymous_body_bytes=8 * KIB,
    body_seconds=0.5,
    json_items=1000,
    query_items=50,
    query_depth=10,
)
SOMEBODY = {"Authorization": "Bearer good"}
router = APIRouter()


@router.post("/taken")
async def taken(request: Request) -> int:
    return len(await request.body())


@router.post("/login")
@takes_bodies_of(lambda settings: settings.anonymous_body_bytes)
async def login(request: Request) -> int:
    return len(await request.body())


@router.post("/echo")
async def echo(value: dict[str, object], _: CurrentPrincipal) -> int:
    return len(value)


@router.get("/search")
async def search(filter: str = "") -> int:
    return len(filter)


class _Verifier:
    async def verify(self, token: str) -> Principal:
        if token != "good":
            raise UnauthenticatedError("the token is not valid")
        return Principal("ada", "ada")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(title="t", prefix="/api/t", version="1", settings=SETTINGS, routers=[router], health=Health())
    app.state.verifier = _Verifier()
    listener = listening_socket()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, loop="none"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=address, verify=NO_AUTHORITIES, timeout=30) as client:
        yield client
    server.should_exit = True
    await running
    listener.close()


async def in_parts(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // KIB):
        yield b"x" * KIB


@pytest.mark.parametrize(
    ("path", "headers", "size", "status"),
    [
        ("/taken", SOMEBODY, 200 * KIB, 200),
        ("/taken", SOMEBODY, 300 * KIB, 413),
        ("/taken", {}, 8 * KIB, 200),
        ("/taken", {}, 9 * KIB, 413),
        ("/taken", {"Authorization": "Bearer forged"}, 9 * KIB, 401),
        ("/login", SOMEBODY, 9 * KIB, 413),
        ("/nowhere", {}, 9 * KIB, 413),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
async def test_bodies_are_bounded_by_route_and_caller(client, path, headers, size, status, declared):
    body = b"x" * size if declared else in_parts(size)
    kind = {"Content-Type": "application/octet-stream"}

    answer = await client.post(path, content=body, headers=headers | kind)

    assert answer.status_code == status
    if status == 413:
        assert "bytes that are taken here" in answer.json()["detail"]


async def test_a_declared_body_is_refused_before_it_is_sent(client):
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(b"POST /login HTTP/1.1\r\nHost: t\r\nContent-Length: 66060288\r\n\r\n")

    assert b" 413 " in await reader.readline()
    writer.close()


async def test_a_body_that_never_comes_is_not_waited_for(client):
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(b"POST /taken HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\nbegun")

    assert b" 408 " in await reader.readline()
    writer.close()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 5000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        json.dumps({"a": list(range(2000))}).encode(),
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": ' + b"9" * 5000 + b".}",
        b"\xff",
    ],
)
async def test_json_without_bounds_is_the_callers_mistake(client, body):
    answer = await client.post("/echo", content=body, headers=SOMEBODY | {"Content-Type": "application/json"})

    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize(
    "body",
    [
        {"a": "[" * 500},
        {"a": '"[' * 500},
        {"a": "\\" * 99 + '"' + "{" * 500},
        {"a": "," * 5000, "b": "NaN", "c": "\U0001f600"},
        {"a": 9223372036854775807, "b": "123456789012345678901"},
        {str(number): [number] for number in range(400)},
    ],
)
async def test_texts_are_not_taken_for_structure(client, body):
    answer = await client.post("/echo", json=body, headers=SOMEBODY)

    assert answer.json() == len(body)


@pytest.mark.parametrize("value", ["[" * 500, '{"a":' * 500, "[" + "1," * 5000 + "1]"])
async def test_parameters_are_bounded(client, value):
    by_query = await client.get("/search", params={"filter": value})
    by_header = await client.get("/search", headers={"filter": value})

    assert (by_query.status_code, by_header.status_code) == (400, 400)
    assert (await client.get("/search", params={"filter": f'{{"a": "{"[" * 500}"}}'})).is_success


@pytest.mark.parametrize("path", ["/taken", "/nowhere", "/health/live", "/metrics", "/api/t/openapi.json"])
async def test_every_answer_is_protected(client, path):
    headers = (await client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


async def test_no_page_loads_scripts(client):
    assert (await client.get("/api/t/docs")).status_code == 404


async def test_few_of_many_mistakes_are_told(client):
    answer = await client.post("/echo", json=list(range(900)), headers=SOMEBODY)
    assert answer.status_code == 422
    assert len(answer.content) < 16 * KIB
