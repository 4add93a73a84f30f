from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from fastapi import FastAPI

from beamlore.embedded import Installation, Tokens
from beamlore.useroffice.app import PREFIX, build_app
from beamlore.useroffice.seed import load_seed
from beamlore.useroffice.settings import Settings

Client = Callable[[str | None], httpx.AsyncClient]


@pytest.fixture
def app(servers: Installation) -> FastAPI:
    """The user office with the demo's seed, told by its environment as in an installation."""
    environment = servers.environment("useroffice")
    settings = Settings.model_validate(
        {name.removeprefix("BEAMLORE_").lower(): value for name, value in environment.items()}
    )
    return build_app(settings, load_seed(None))


@pytest.fixture
async def client(app: FastAPI, token: Tokens) -> AsyncIterator[Client]:
    """Speaks to the user office: with the token of a person (`ada`), a service (`@ingestor`), or without one."""
    async with AsyncExitStack() as stack:

        def connect(who: str | None) -> httpx.AsyncClient:
            headers = {}
            if who is not None:
                value = token.service(who[1:]) if who.startswith("@") else token(who)
                headers["Authorization"] = f"Bearer {value}"
            made = httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url=f"http://useroffice{PREFIX}", headers=headers
            )
            stack.push_async_callback(made.aclose)
            return made

        yield connect
