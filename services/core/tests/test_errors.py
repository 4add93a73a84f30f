"""Every error reaches the caller as RFC 9457 problem details, and an unexpected one gives nothing away."""

import httpx
import pytest
from fastapi import APIRouter, HTTPException

from beamlore.core import BeamloreError, Health, HttpSettings, NotFoundError, UnavailableError, create_app

router = APIRouter()


@router.get("/missing")
async def missing() -> None:
    raise NotFoundError("there is no scan 'x'; look at the scan log for its PID", pid="x")


@router.get("/away")
async def away() -> None:
    raise UnavailableError("the user office does not answer", headers={"Retry-After": "5"})


@router.get("/plain")
async def plain() -> None:
    raise HTTPException(418, "short and stout")


@router.get("/number/{number}")
async def number(number: int) -> int:
    return number


@router.get("/broken")
async def broken() -> None:
    raise RuntimeError("the password is 1234")


@pytest.fixture
async def client():
    app = create_app(
        title="t", prefix="/api/t", version="1", settings=HttpSettings(), routers=[router], health=Health()
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client


@pytest.mark.parametrize(("path", "status"), [("/missing", 404), ("/away", 503), ("/plain", 418), ("/nowhere", 404)])
async def test_error_is_problem_json_with_its_status(client, path, status):
    answer = await client.get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


async def test_named_error_carries_its_detail_extras_and_headers(client):
    missing, away = await client.get("/missing"), await client.get("/away")

    assert missing.json()["detail"].startswith("there is no scan 'x'")
    assert missing.json()["pid"] == "x"
    assert away.headers["retry-after"] == "5"


async def test_validation_error_says_where(client):
    answer = await client.get("/number/seven")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == "number"


async def test_unexpected_error_gives_nothing_away(client):
    answer = await client.get("/broken")

    assert answer.status_code == 500
    assert "1234" not in answer.text


async def test_request_id_is_the_callers_where_it_is_well_formed(client):
    given = await client.get("/health/live", headers={"X-Request-ID": "abc-1"})
    forged = await client.get("/health/live", headers={"X-Request-ID": "a b\tc"})

    assert given.headers["x-request-id"] == "abc-1"
    assert forged.headers["x-request-id"] != "a b\tc"


async def test_ready_names_the_component_that_is_not():
    health = Health()
    health.set("user office", False, "no answer for 12 s")
    app = create_app(title="t", prefix="/api/t", version="1", settings=HttpSettings(), routers=[], health=health)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        ready, live = await client.get("/health/ready"), await client.get("/health/live")

    assert ready.status_code == 503
    assert ready.json()["components"]["user office"] == {"ok": False, "detail": "no answer for 12 s"}
    assert live.status_code == 200


def test_every_named_error_has_an_error_status():
    def tree(kind):
        return {kind}.union(*(tree(sub) for sub in kind.__subclasses__()))

    assert all(400 <= kind.status < 600 for kind in tree(BeamloreError))
