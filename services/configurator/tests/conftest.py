import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from beamlore.configurator.app import PREFIX, build_app
from beamlore.configurator.seeding import load_seed, plant
from beamlore.configurator.settings import Settings
from beamlore.embedded import NO_AUTHORITIES, Installation, Tokens

Client = Callable[[str | None], httpx.AsyncClient]


@pytest.fixture
def service_settings(servers: Installation, mongo_database: tuple[str, str]) -> Settings:
    """As in an installation, with a database of the test's own."""
    environment = servers.environment("configurator")
    fields: dict[str, Any] = {name.removeprefix("BEAMLORE_").lower(): value for name, value in environment.items()}
    url, database = mongo_database
    return Settings.model_validate(fields | {"mongo_url": url, "mongo_database": database})


@pytest.fixture
async def app(service_settings: Settings) -> AsyncIterator[FastAPI]:
    """The configurator, empty."""
    app = build_app(service_settings)
    async with app.router.lifespan_context(app):
        async with asyncio.timeout(30):
            while not app.state.health.ready:
                await asyncio.sleep(0.02)
        yield app


@pytest.fixture
async def empty(app: FastAPI, token: Tokens) -> AsyncIterator[Client]:
    """Speaks to a configurator that knows nothing: with the token of a person (`staff`), a service (`@ingestor`)."""
    async with AsyncExitStack() as stack:

        def connect(who: str | None) -> httpx.AsyncClient:
            headers = {}
            if who is not None:
                value = token.service(who[1:]) if who.startswith("@") else token(who)
                headers["Authorization"] = f"Bearer {value}"
            made = httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url=f"http://configurator{PREFIX}",
                headers=headers,
                verify=NO_AUTHORITIES,
            )
            stack.push_async_callback(made.aclose)
            return made

        yield connect


@pytest.fixture
async def client(empty: Client) -> Client:
    """Speaks to a configurator that has the demo's beamlines and sets."""
    await plant(empty("admin"), load_seed(None), lambda _: None)
    return empty
