"""A facility with groups of its own, for the tests of files and attachments."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Tokens

from ..conftest import Served, serving

OWNER, STRANGER = "proposal:1", "proposal:2"
MAKERS, INGESTORS, KEEPERS, ARCHIVISTS = "makers", "ingestors", "keepers", "archivists"
FILES = [
    {"path": "a.h5", "size": 30, "time": "2026-03-01T12:00:00Z", "chk": "12ab", "uid": "ada"},
    {"path": "b.tif", "size": 12, "time": "2026-03-01T12:00:01Z"},
]
RAW = {
    "owner": "Ada Lovelace",
    "contactEmail": "ada@facility.example",
    "sourceFolder": "/data/balder",
    "creationTime": "2026-03-01T12:00:00.000Z",
    "datasetName": "a powder",
    "principalInvestigator": "Ada Lovelace",
    "creationLocation": "/Facility/balder",
    "type": "raw",
    "ownerGroup": OWNER,
    "accessGroups": ["guests"],
}


class House:
    """A served catalogue, and clients of its groups."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.database = served.app.state.catalogue.database
        self.admin = served.member_of("admin")
        self.owner = served.member_of(OWNER, MAKERS)
        self.passive_owner = served.member_of(OWNER)
        self.guest = served.member_of("guests", MAKERS)
        self.stranger = served.member_of(STRANGER, MAKERS)
        self.passive_stranger = served.member_of(STRANGER)
        self.ingestor = served.member_of(INGESTORS)
        self.caretaker = served.member_of("admin", KEEPERS)
        self.keeper = served.member_of(KEEPERS)
        self.archivist = served.member_of(ARCHIVISTS)
        self.nobody = served.client()

    def somebody(self, name: str) -> httpx.AsyncClient:
        """Return the client of this name."""
        client: httpx.AsyncClient = getattr(self, name)
        return client

    async def dataset(self, **more: Any) -> str:
        """Create a dataset, and return its path: `/api/v3/datasets/<PID>`."""
        answer = await self.admin.post("/api/v3/datasets", json=RAW | more)
        assert answer.status_code == 201, answer.text
        return f"/api/v3/datasets/{quote(answer.json()['pid'], safe='')}"

    async def shown(self, path: str) -> dict[str, Any]:
        """Return what administrators are shown."""
        answer = await self.admin.get(path)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown


@asynccontextmanager
async def house_of(
    database: Any, settings_for: Callable[..., Settings], token: Tokens, **more: Any
) -> AsyncIterator[House]:
    """Serve a catalogue with these groups."""
    settings = settings_for(
        *database,
        create_dataset_groups=(MAKERS,),
        create_dataset_privileged_groups=(INGESTORS,),
        attachment_groups=(MAKERS,),
        attachment_privileged_groups=(INGESTORS,),
        delete_groups=(KEEPERS,),
        update_dataset_lifecycle_groups=(ARCHIVISTS,),
        **more,
    )
    async with serving(settings, token) as served:
        yield House(served)
