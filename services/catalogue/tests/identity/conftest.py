"""A catalogue that asks its identity provider every second, and people whose accounts change meanwhile."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Installation, Tokens

from ..conftest import Served, serving
from .realm import Realm, Somebody

ME = "/api/beamlore/v1/me"
TOKENS = "/api/beamlore/v1/tokens"


class Doors:
    """Every kind of token that somebody can have, each in a client of its own."""

    def __init__(self, served: Served, somebody: Somebody) -> None:
        self._served = served
        self._somebody = somebody
        self.clients: dict[str, httpx.AsyncClient] = {}
        self.login: dict[str, str] = {}

    async def open(self) -> "Doors":
        self.login = await self._somebody.log_in()
        provider = self._with(self.login["access_token"])
        nobody = self._with("")
        del nobody.headers["Authorization"]
        scicat = await nobody.post("/api/v3/auth/oidc/token", json={"idToken": self.login["id_token"]})
        made = await provider.post(TOKENS, json={"name": "robot", "scopes": ["*:read"]})
        renewed = await provider.post("/api/v3/users/jwt")
        self.clients = {
            "provider": provider,
            "session": self._with(scicat.json()["id"]),
            "renewed": self._with(renewed.json()["jwt"]),
            "service": self._with(made.json()["token"]),
        }
        return self

    def _with(self, token: str) -> httpx.AsyncClient:
        return self._served.client({"Authorization": f"Bearer {token}"})

    async def ask(self, path: str) -> dict[str, httpx.Response]:
        """Return what each kind of token is answered."""
        return {kind: await client.get(path) for kind, client in self.clients.items()}

    async def statuses(self, path: str = ME) -> dict[str, int]:
        """Return the status of each answer."""
        return {kind: answer.status_code for kind, answer in (await self.ask(path)).items()}

    async def say(self, field: str) -> list[Any]:
        """Return a field of what each token says of its bearer."""
        return [answer.json().get(field) for answer in (await self.ask(ME)).values()]


@pytest.fixture
async def realm(servers: Installation) -> AsyncIterator[Realm]:
    realm = Realm(servers)
    await realm.begin()
    yield realm
    await realm.end()


@pytest.fixture
async def asking(mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens) -> AsyncIterator[Served]:
    """A catalogue that believes what it knows of an account for a second."""
    async with serving(settings_for(*mongo_database, identity_check_seconds=1), token) as served:
        yield served
