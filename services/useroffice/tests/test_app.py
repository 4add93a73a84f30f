import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from beamlore.useroffice.cli import app as commands

Client = Callable[[str | None], httpx.AsyncClient]
READING = ["/proposals", "/proposals/20260101", "/people", "/people/ada", "/visits"]
OPENAPI = Path(__file__).parents[3] / "docs" / "reference" / "openapi" / "useroffice.json"


@pytest.mark.parametrize("path", [*READING, "/faults"])
async def test_without_a_token_nothing_is_told(client: Client, path: str) -> None:
    answer = await client(None).get(path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", READING)
async def test_people_may_not_read(client: Client, path: str) -> None:
    assert (await client("ada").get(path)).status_code == 403


@pytest.mark.parametrize("path", READING)
async def test_administrators_may_read(client: Client, path: str) -> None:
    assert (await client("admin").get(path)).status_code == 200


async def test_forged_token_is_refused(client: Client) -> None:
    http = client("@ingestor")
    header, payload, signature = http.headers["Authorization"].split(".")
    http.headers["Authorization"] = f"{header}.{payload}.{signature[::-1]}"
    assert (await http.get("/proposals")).status_code == 401


def test_committed_openapi_is_what_the_code_says() -> None:
    printed = CliRunner().invoke(commands, ["openapi"])
    assert printed.exit_code == 0
    assert OPENAPI.read_text(encoding="utf-8") == printed.output, (
        f"run `beamlore useroffice openapi > docs/reference/openapi/{OPENAPI.name}` and commit what changed"
    )


async def test_served_openapi_is_the_committed_one(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://useroffice") as http:
        served = (await http.get("/api/useroffice/v1/openapi.json")).json()
    assert served == json.loads(OPENAPI.read_text(encoding="utf-8"))


async def test_every_committed_read_route_refuses_strangers(client: Client) -> None:
    prefix = "/api/useroffice/v1"
    for path, methods in json.loads(OPENAPI.read_text(encoding="utf-8"))["paths"].items():
        for method in methods:
            address = path.removeprefix(prefix).replace("{proposal_id}", "20260101").replace("{username}", "ada")
            answer = await client(None).request(method, address, json={"mode": "none"} if method == "put" else None)
            assert answer.status_code == 401, (method, path)
