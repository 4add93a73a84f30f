import asyncio
from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

Client = Callable[[str | None], httpx.AsyncClient]


async def test_down_is_503_everywhere_but_where_it_is_mended(client: Client, app: FastAPI) -> None:
    admin, reader = client("admin"), client("@ingestor")

    told = await admin.put("/faults", json={"mode": "down", "forSeconds": 600})

    assert told.status_code == 200
    assert told.json()["mode"] == "down"
    for path in ("/proposals", "/proposals/20260101", "/people", "/people/ada", "/visits"):
        answer = await reader.get(path)
        assert answer.status_code == 503
        assert answer.json()["detail"] == "the user office is down, because it was told to be"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://useroffice") as http:
        assert (await http.get("/health/live")).status_code == 200
        assert (await http.get("/health/ready")).status_code == 200

    assert 0 < (await admin.get("/faults")).json()["forSeconds"] <= 600
    await admin.put("/faults", json={"mode": "none"})
    assert (await reader.get("/proposals/20260101")).status_code == 200


async def test_it_is_well_again_by_itself(client: Client) -> None:
    admin, reader = client("admin"), client("@ingestor")
    await admin.put("/faults", json={"mode": "down", "forSeconds": 0.2})
    assert (await reader.get("/people/ada")).status_code == 503
    async with asyncio.timeout(20):
        while (await reader.get("/people/ada")).status_code != 200:
            await asyncio.sleep(0)
    assert (await admin.get("/faults")).json() == {"mode": "none"}


async def test_slow_answers_come_later_and_are_right(client: Client) -> None:
    admin, reader = client("admin"), client("@ingestor")
    await reader.get("/people/ada")
    await admin.put("/faults", json={"mode": "slow", "delaySeconds": 0.3})

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await reader.get("/people/ada")
    async with asyncio.timeout(20):
        assert (await reader.get("/people/ada")).json()["username"] == "ada"


async def test_slow_without_a_delay_is_refused(client: Client) -> None:
    answer = await client("admin").put("/faults", json={"mode": "slow"})
    assert answer.status_code == 422
    assert "delaySeconds" in answer.json()["detail"]


@pytest.mark.parametrize("who", ["ada", "staff", "@ingestor"])
async def test_only_administrators_make_faults(client: Client, who: str) -> None:
    http = client(who)
    assert (await http.put("/faults", json={"mode": "down"})).status_code == 403
    assert (await http.get("/faults")).status_code == 403
