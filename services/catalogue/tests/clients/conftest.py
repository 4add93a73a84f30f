"""A catalogue for clients that people have written against SciCat, with accounts they log in by."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Installation, Tokens

from ..conftest import Served, serving

PASSWORDS = {"ada": "ada's password", "bo": "bo's password", "root": "root's password"}


@dataclass(frozen=True)
class Login:
    """Where and as whom a client logs in."""

    address: str
    username: str

    @property
    def password(self) -> str:
        """The account's password."""
        return PASSWORDS[self.username]


@pytest.fixture(scope="module")
async def catalogue_of_module(
    servers: Installation,
    settings_for: Callable[..., Settings],
    token: Tokens,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("config")
    accounts = [
        {"username": "ada", "email": "ada@facility.example", "role": "p1"},
        {"username": "bo", "email": "bo@facility.example", "role": "p2"},
        {"username": "root", "email": "root@facility.example", "role": "admin"},
    ]
    file = folder / "functionalAccounts.json"
    known = [account | {"password": PASSWORDS[account["username"]], "global": False} for account in accounts]
    file.write_text(json.dumps(known))
    url, name = await servers.mongo.new_database()
    settings = settings_for(
        url,
        name,
        functional_accounts_file=file,
        create_dataset_groups=("p1",),
        attachment_groups=("p1",),
        sample_groups=("p1",),
        proposal_groups=("p1",),
        published_data_config_file=folder / "none.json",
    )
    async with serving(settings, token) as served:
        yield served
    await servers.mongo.drop_database(name)


@pytest.fixture
async def catalogue(catalogue_of_module: Served) -> Served:
    """The catalogue, with nothing in it but its accounts."""
    database = catalogue_of_module.app.state.catalogue.database
    for collection in ("Dataset", "OrigDatablock", "Attachment", "PublishedData", "Sample", "Proposal"):
        await database[collection].delete_many({})
    return catalogue_of_module


@pytest.fixture
def login(catalogue: Served) -> Callable[[str], Login]:
    """Logins by name."""
    return lambda username: Login(catalogue.address, username)
