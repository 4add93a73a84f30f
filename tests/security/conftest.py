"""A catalogue of a test's own, over an empty database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from beamlore.catalogue.app import build_app
from beamlore.catalogue.settings import Settings
from beamlore.contract import CATALOGUE_ADMIN
from beamlore.core import Phases, Principal, Server
from beamlore.embedded import NO_AUTHORITIES, Installation, listening_socket
from tests.security.reference import NOBODY, User

phases = Phases("catalogue", CollectorRegistry())


@dataclass(frozen=True)
class Served:
    """A running catalogue."""

    address: str
    app: Any

    def headers(self, user: User) -> dict[str, str]:
        """Return the headers of somebody's requests."""
        if user == NOBODY:
            return {}
        groups = user.groups | ({CATALOGUE_ADMIN} if user.admin else set())
        principal = Principal(f"test:{user.username}", user.username, email=user.email, groups=frozenset(groups))
        return {"Authorization": f"Bearer {self.app.state.session_tokens.issue(principal)}"}


@pytest.fixture
async def served(mongo_database: Any, servers: Installation) -> AsyncIterator[Served]:
    environment = servers.environment("catalogue")
    settings = Settings(
        http_port=0,
        oidc_issuer=environment["BEAMLORE_OIDC_ISSUER"],
        oidc_backchannel_url=environment.get("BEAMLORE_OIDC_BACKCHANNEL_URL"),
        mongo_url=SecretStr(mongo_database.url),
        mongo_database=mongo_database.name,
        client_id=environment["BEAMLORE_CLIENT_ID"],
        client_secret=SecretStr(environment["BEAMLORE_CLIENT_SECRET"]),
        functional_accounts_file=Path(environment["BEAMLORE_FUNCTIONAL_ACCOUNTS_FILE"]),
    )
    listener = listening_socket()
    app = build_app(settings, phases)
    config = uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=1, loop="none")
    server = Server(config, app.state.health, drain_seconds=0)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with asyncio.timeout(20), httpx.AsyncClient(base_url=address, verify=NO_AUTHORITIES) as client:
            while not (await client.get("/health/ready")).is_success:
                await asyncio.sleep(0.02)
        yield Served(address, app)
    finally:
        server.should_exit = True
        await running
        listener.close()


@pytest.fixture
async def client(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is nobody until a request brings headers."""
    async with httpx.AsyncClient(base_url=served.address, timeout=60, verify=NO_AUTHORITIES) as client:
        yield client
