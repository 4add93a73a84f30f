"""A catalogue with functional accounts of its own, and logins."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bcrypt
import httpx
import pytest

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Tokens

from ..conftest import Served, serving


def account(name: str, *roles: str, password: str | None = None, email: str | None = None) -> dict[str, Any]:
    """An entry of functionalAccounts.json; the password is the name, cheaply hashed."""
    return {
        "username": name,
        "password": bcrypt.hashpw((password or name).encode(), bcrypt.gensalt(4)).decode(),
        "email": f"{name}@facility.example" if email is None else email,
        "role": list(roles),
        "global": False,
    }


ACCOUNTS = [account("root", "admin"), account("ida", "proposal:1"), account("ola", "proposal:2", "robots")]


@dataclass
class Somebody:
    """Who logged in."""

    id: str
    token: str
    client: httpx.AsyncClient


@dataclass
class House:
    """A running catalogue, its file of accounts, and how to log in."""

    served: Served
    settings: Settings

    async def login(self, name: str, password: str | None = None) -> Somebody:
        anonymous = await self.served.as_(None)
        answer = await anonymous.post("/api/v3/auth/login", json={"username": name, "password": password or name})
        assert answer.status_code == 201, answer.text
        client = await self.served.as_(None)
        client.headers["Authorization"] = f"Bearer {answer.json()['id']}"
        return Somebody(answer.json()["userId"], answer.json()["id"], client)

    def collection(self, name: str) -> Any:
        return self.served.app.state.catalogue.database[name]


def write_accounts(file: Path, accounts: Sequence[dict[str, Any]]) -> Path:
    file.write_text(json.dumps(accounts))
    return file


@pytest.fixture
def accounts_file(tmp_path: Path) -> Path:
    return write_accounts(tmp_path / "functionalAccounts.json", ACCOUNTS)


@pytest.fixture
async def house(
    mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens, accounts_file: Path
) -> AsyncIterator[House]:
    settings = settings_for(*mongo_database, functional_accounts_file=accounts_file)
    async with serving(settings, token) as served:
        yield House(served, settings)
