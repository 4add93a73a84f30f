import json
from collections.abc import Callable
from pathlib import Path

import httpx
from fastapi import FastAPI
from typer.testing import CliRunner

from beamlore.configurator.cli import app as commands
from beamlore.embedded import Installation

Client = Callable[[str | None], httpx.AsyncClient]
OPENAPI = Path(__file__).parents[3] / "docs" / "reference" / "openapi" / "configurator.json"


def test_committed_openapi_is_what_the_code_says() -> None:
    printed = CliRunner().invoke(commands, ["openapi"])
    assert printed.exit_code == 0
    assert OPENAPI.read_text(encoding="utf-8") == printed.output, (
        f"run `beamlore configurator openapi > docs/reference/openapi/{OPENAPI.name}` and commit what changed"
    )


async def test_served_openapi_is_the_committed_one(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://configurator") as http:
        served = (await http.get("/api/configurator/v1/openapi.json")).json()
    assert served == json.loads(OPENAPI.read_text(encoding="utf-8"))


async def test_it_is_ready_with_its_database(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://configurator") as http:
        assert (await http.get("/health/live")).status_code == 200
        ready = await http.get("/health/ready")
    assert (ready.status_code, ready.json()["components"]["mongodb"]["ok"]) == (200, True)


async def test_changes_go_on_while_a_data_member_is_down(client: Client, servers: Installation) -> None:
    staff = client("staff")
    primary = await servers.primary()
    (secondary,) = {"mongo-1", "mongo-2"} - {primary}
    await servers.stop(secondary)
    try:
        made = await staff.post("/beamlines/balder/sets", json={"name": "powder"})
        assert made.status_code == 201
        chosen = await staff.put(
            "/beamlines/balder/active",
            json={"name": "powder"},
            headers={"If-Match": (await staff.get("/beamlines/balder/active")).headers["ETag"]},
        )
        assert chosen.status_code == 200
    finally:
        await servers.start(secondary)
    assert (await staff.get("/beamlines/balder/active")).json()["metadataSet"]["name"] == "powder"


def test_seeding_without_a_token_says_where_it_is_looked_for() -> None:
    answer = CliRunner().invoke(commands, ["seed"], env={"BEAMLORE_TOKEN": ""})
    assert answer.exit_code == 1
    assert "BEAMLORE_TOKEN holds no token" in answer.output


def test_missing_settings_are_named() -> None:
    answer = CliRunner().invoke(commands, ["serve"], env={"BEAMLORE_OIDC_ISSUER": None, "BEAMLORE_MONGO_URL": None})
    assert answer.exit_code == 1
    assert "BEAMLORE_OIDC_ISSUER: Field required" in answer.output
    assert "BEAMLORE_MONGO_URL: Field required" in answer.output
