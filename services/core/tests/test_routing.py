"""The index finds the same routes as the router, words before parameters, and leaves the rest to the router."""

import httpx
import pytest
from fastapi import APIRouter

from beamlore.core import Health, HttpSettings, create_app

_router = APIRouter(prefix="/things")


@_router.get("/{thing}")
async def _one(thing: str) -> dict[str, str]:
    return {"one": thing}


@_router.get("/count")
async def _count() -> dict[str, str]:
    return {"count": "all"}


@_router.post("/check")
async def _check() -> dict[str, str]:
    return {"checked": "yes"}


@_router.get("/{thing}/parts/{part}")
async def _part(thing: str, part: str) -> dict[str, str]:
    return {"thing": thing, "part": part}


@_router.get("/files/{place:path}")
async def _file(place: str) -> dict[str, str]:
    return {"place": place}


@pytest.mark.parametrize(
    ("method", "path", "status", "answer"),
    [
        ("GET", "/things/a", 200, {"one": "a"}),
        ("GET", "/things/count", 200, {"count": "all"}),
        ("GET", "/things/check", 200, {"one": "check"}),
        ("POST", "/things/check", 200, {"checked": "yes"}),
        ("GET", "/things/count/parts/2", 200, {"thing": "count", "part": "2"}),
        ("GET", "/things/files/a/b", 200, {"place": "a/b"}),
        ("DELETE", "/things/a", 405, None),
        ("GET", "/things/a/b", 404, None),
    ],
)
async def test_routes_are_found(method: str, path: str, status: int, answer: dict[str, str] | None) -> None:
    app = create_app(title="t", prefix="/t", version="1", settings=HttpSettings(), routers=[_router], health=Health())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        got = await client.request(method, path)
    assert got.status_code == status
    assert answer is None or got.json() == answer
