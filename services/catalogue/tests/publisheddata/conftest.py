"""A catalogue with a DOI provider."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import httpx
import pytest
from pydantic import SecretStr

from beamlore.catalogue.settings import Settings
from beamlore.core import Principal
from beamlore.embedded import Installation, Tokens

from ..conftest import Served, serving
from .provider import DoiServer, doi_server

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["creators", "publisher", "publicationYear"],
    "dynamicDefaults": {"publicationYear": "currentYear", "sizes": "computeTotalSize"},
    "properties": {
        "creators": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        },
        "publisher": {"type": "object", "required": ["name"]},
        "publicationYear": {"type": "integer"},
        "language": {"type": "string", "default": "en"},
    },
}


class Facility:
    """The catalogue, and people with tokens of their own."""

    def __init__(self, served: Served) -> None:
        self.served = served

    def somebody(self, username: str, *groups: str) -> httpx.AsyncClient:
        """A client that is somebody, a member of these groups."""
        who = Principal(subject=f"functional:{username}", username=username, groups=frozenset(groups))
        token = self.served.app.state.session_tokens.issue(who)
        client = self.served.member_of()
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    @property
    def ada(self) -> httpx.AsyncClient:
        """She owns the datasets of p1 and what she publishes."""
        return self.somebody("ada", "p1")

    @property
    def bo(self) -> httpx.AsyncClient:
        """He does not."""
        return self.somebody("bo", "p2")

    @property
    def admin(self) -> httpx.AsyncClient:
        """May change everything."""
        return self.somebody("root", "catalogue:admin")

    @property
    def archivist(self) -> httpx.AsyncClient:
        """A member of DELETE_GROUPS."""
        return self.somebody("eve", "archive")

    async def dataset(self, **more: Any) -> str:
        """Create a dataset of p1 and return its PID."""
        fields = {
            "type": "raw",
            "ownerGroup": "p1",
            "contactEmail": "ada@facility.example",
            "sourceFolder": "/data/balder",
            "creationTime": "2026-03-01T12:00:00.000Z",
            "datasetName": "a powder",
            "size": 100,
            "numberOfFiles": 3,
        }
        answer = await self.admin.post("/api/v4/datasets", json=fields | more)
        assert answer.status_code == 201, answer.text
        pid: str = answer.json()["pid"]
        return pid

    async def empty(self) -> None:
        """Forget what the last test wrote."""
        database = self.served.app.state.catalogue.database
        for collection in ("PublishedData", "Dataset", "Proposal", "Attachment"):
            await database[collection].delete_many({})


Opened: TypeAlias = Callable[..., AbstractAsyncContextManager[Facility]]


@pytest.fixture(scope="module")
async def provider_of_module() -> AsyncIterator[DoiServer]:
    async with doi_server() as running:
        yield running


@pytest.fixture
def provider(provider_of_module: DoiServer) -> DoiServer:
    """The facility's DOI provider, which has got nothing yet."""
    provider_of_module.got.clear()
    provider_of_module.answers.clear()
    return provider_of_module


@pytest.fixture(scope="module")
def publishing_settings(tmp_path_factory: pytest.TempPathFactory, provider_of_module: DoiServer) -> dict[str, Any]:
    """Settings of a facility that publishes."""
    address = provider_of_module.address
    config = tmp_path_factory.mktemp("config") / "publishedDataConfig.json"
    config.write_text(json.dumps({"metadataSchema": SCHEMA, "uiSchema": {"type": "VerticalLayout"}}))
    return {
        "doi_prefix": "10.17199/",
        "register_doi_uri": f"{address}/dois",
        "register_doi_uri_v3": f"{address}/mds/doi",
        "register_metadata_uri": f"{address}/mds/metadata",
        "doi_username": "FACILITY.MAIN",
        "doi_password": SecretStr("a secret of the provider"),
        "public_url_prefix": "https://doi.facility.example/detail/",
        "published_data_config_file": config,
        "delete_groups": ("archive",),
        "create_dataset_groups": ("#all",),
    }


@pytest.fixture(scope="module")
def opened(
    servers: Installation, settings_for: Callable[..., Settings], token: Tokens, publishing_settings: dict[str, Any]
) -> Opened:
    """Opens a catalogue of this facility over a database of its own, with some settings changed."""

    @asynccontextmanager
    async def open_facility(**more: Any) -> AsyncIterator[Facility]:
        url, name = await servers.mongo.new_database()
        async with serving(settings_for(url, name, **publishing_settings | more), token) as served:
            yield Facility(served)
        await servers.mongo.drop_database(name)

    return open_facility


@pytest.fixture(scope="module")
async def facility_of_module(
    opened: Opened,
) -> AsyncIterator[Facility]:
    async with opened() as facility:
        yield facility


@pytest.fixture
async def facility(facility_of_module: Facility) -> Facility:
    """The facility, with nothing in its catalogue."""
    await facility_of_module.empty()
    return facility_of_module
