"""A catalogue of each test's own, over a fresh database, served on a port of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from beamlore.catalogue.app import build_app
from beamlore.catalogue.migrations import MIGRATIONS
from beamlore.catalogue.settings import Settings
from beamlore.contract import CATALOGUE_ADMIN
from beamlore.core import Phases, Principal, Server, migrate
from beamlore.embedded import NO_AUTHORITIES, Installation, Tokens, listening_socket

from .databases import Databases

BATCH = "/api/beamlore/v1/datasets/batch"
SCANS = "/api/beamlore/v1/scans"
_phases = Phases("catalogue", CollectorRegistry())


class Served:
    """A running catalogue: its address, and clients that are somebody."""

    def __init__(self, address: str, token: Tokens, app: Any) -> None:
        self.address = address
        self.app = app
        self._token = token
        self._clients: list[httpx.AsyncClient] = []

    async def as_(self, person: str | None) -> httpx.AsyncClient:
        """A client with a person's token (``ingestor``: the service's), with none for nobody."""
        headers = {}
        if person is not None:
            token = self._token.service(person) if person == "ingestor" else self._token(person)
            headers["Authorization"] = f"Bearer {token}"
        return self.client(headers)

    def member_of(self, *groups: str) -> httpx.AsyncClient:
        """A client with a token of the catalogue's own, which outlives any test."""
        principal = Principal(subject="functional:test", username="test", groups=frozenset(groups))
        token = self.app.state.session_tokens.issue(principal)
        return self.client({"Authorization": f"Bearer {token}"})

    def client(self, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        """A client that sends these headers."""
        client = httpx.AsyncClient(base_url=self.address, headers=headers, timeout=60, verify=NO_AUTHORITIES)
        self._clients.append(client)
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


@pytest.fixture(scope="session")
def settings_for(servers: Installation) -> Callable[..., Settings]:
    """Settings of a catalogue over a database."""

    def make(url: str, name: str, **more: Any) -> Settings:
        environment = servers.environment("catalogue")
        return Settings(
            **{
                "http_port": 0,
                "oidc_issuer": environment["BEAMLORE_OIDC_ISSUER"],
                "oidc_backchannel_url": environment.get("BEAMLORE_OIDC_BACKCHANNEL_URL"),
                "mongo_url": SecretStr(url),
                "mongo_database": name,
                "client_id": environment["BEAMLORE_CLIENT_ID"],
                "client_secret": SecretStr(environment["BEAMLORE_CLIENT_SECRET"]),
                "admin_groups": ("admin",),
                "delete_groups": (CATALOGUE_ADMIN,),
                "delete_job_groups": (CATALOGUE_ADMIN,),
                "instrument_group_may": "change",
                "ingest_roles": ("ingestor",),
                "functional_accounts_file": Path(environment["BEAMLORE_FUNCTIONAL_ACCOUNTS_FILE"]),
                **more,
            }
        )

    return make


@asynccontextmanager
async def serving(settings: Settings, token: Tokens) -> AsyncIterator[Served]:
    """Serve a catalogue until the block is left."""
    listener = listening_socket()
    app = build_app(settings, _phases)
    config = uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=1, loop="none")
    server = Server(config, app.state.health, drain_seconds=0)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    served = Served(f"http://127.0.0.1:{listener.getsockname()[1]}", token, app)
    try:
        async with httpx.AsyncClient(base_url=served.address, verify=NO_AUTHORITIES) as client:
            await until(lambda: _ready(client))
        yield served
    finally:
        await served.close()
        server.should_exit = True
        await running
        listener.close()


async def _ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).is_success
    except httpx.TransportError:
        return False


async def until(condition: Callable[[], Any], seconds: float = 20) -> None:
    """Wait for a condition that is asked again and again."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


@pytest.fixture(scope="session")
async def databases(
    settings_for: Callable[..., Settings], new_database: Callable[[], Awaitable[Any]], drop_later: Callable[[str], None]
) -> AsyncIterator[Databases]:
    """Empty databases with the catalogue's indexes."""

    async def make() -> Any:
        database = await new_database()
        await migrate(settings_for(*database), MIGRATIONS, by="test", within_seconds=60, tell=lambda _: None)
        return database

    made = Databases(make, drop_later)
    yield made
    await made.end()


@pytest.fixture
async def mongo_database(databases: Databases) -> AsyncIterator[Any]:
    """An empty database with the catalogue's indexes."""
    database = await databases.take()
    yield database
    databases.give_back(database)


@pytest.fixture
async def served(mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens) -> AsyncIterator[Served]:
    """A catalogue over an empty database."""
    async with serving(settings_for(*mongo_database), token) as running:
        yield running


@pytest.fixture
async def following(served: Served) -> None:
    """The catalogue follows the changes; before, it does not know them one by one."""

    async def follows() -> bool:
        found: bool = served.app.state.catalogue.ground.derived.follows
        return found

    await until(follows)
