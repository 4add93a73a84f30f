"""A catalogue with a job configuration of each test's own."""

import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from pymongo import AsyncMongoClient

from beamlore.catalogue.jobs.service import JobService
from beamlore.catalogue.settings import Settings
from beamlore.core import Principal
from beamlore.embedded import Installation, Tokens

from ..conftest import Served, serving

JOBS = "/api/v4/jobs"
FORMER = "/api/v3/jobs"
RUNS = "beamlore_job_runs"
AUDIT = "beamlore_audit"
ADMIN = "admin"
MAKERS, CHANGERS, REMOVERS = "makers", "changers", "removers"


class ServedJobs:
    """A running catalogue, its database, and clients that are somebody."""

    def __init__(self, served: Served, database: Any) -> None:
        self.served = served
        self.database = database

    @property
    def service(self) -> JobService:
        found: JobService = self.served.app.state.services[JobService]
        return found

    def person(self, username: str, *groups: str) -> httpx.AsyncClient:
        """A client of somebody with these groups."""
        principal = Principal(
            subject=f"functional:{username}",
            username=username,
            email=f"{username}@example.org",
            groups=frozenset(groups),
        )
        token = self.served.app.state.session_tokens.issue(principal)
        return self.served.client({"Authorization": f"Bearer {token}"})

    def nobody(self) -> httpx.AsyncClient:
        """A client without a token."""
        return self.served.client()

    async def dataset(self, pid: str, group: str = "blue", **fields: Any) -> str:
        """Put a dataset into the database and return its PID."""
        document = {"_id": pid, "pid": pid, "ownerGroup": group, "accessGroups": [], "isPublished": False}
        await self.database["Dataset"].insert_one(document | fields)
        return pid

    async def empty(self) -> None:
        """Take everything that jobs are about out of the database."""
        for name in ("Job", "Dataset", "OrigDatablock", "Datablock", "Attachment", "UserIdentity", RUNS, AUDIT):
            await self.database[name].delete_many({})

    async def runs(self) -> list[dict[str, Any]]:
        """What was to be done for jobs."""
        found: list[dict[str, Any]] = await self.database[RUNS].find().to_list()
        return found


def asked(kind: str, *pids: str, **more: Any) -> dict[str, Any]:
    """The body of a new job (v4)."""
    parameters = {"datasetList": [{"pid": pid, "files": []} for pid in pids]} if pids else {}
    return {"type": kind, "jobParams": parameters | more.pop("jobParams", {})} | more


ServeJobs = Callable[..., AbstractAsyncContextManager[ServedJobs]]


@pytest.fixture(scope="session")
def serve_jobs(
    servers: Installation,
    settings_for: Callable[..., Settings],
    token: Tokens,
    tmp_path_factory: pytest.TempPathFactory,
) -> ServeJobs:
    """Serve a catalogue: ``async with serve_jobs([{"jobType": …}], smtp_host=…) as jobs``."""

    @asynccontextmanager
    async def serve(
        types: list[dict[str, Any]], files: Sequence[Path] = (), **settings: Any
    ) -> AsyncIterator[ServedJobs]:
        path = tmp_path_factory.mktemp("jobs") / "jobconfig.yaml"
        path.write_text(yaml.safe_dump({"configVersion": "v1", "jobs": types}))
        for file in files:
            shutil.copy(file, path.parent)
        url, name = await servers.mongo.new_database()
        made = settings_for(
            url,
            name,
            **{
                "job_configuration_file": path,
                "admin_groups": (ADMIN,),
                "create_job_privileged_groups": (MAKERS,),
                "update_job_privileged_groups": (CHANGERS,),
                "delete_job_groups": (REMOVERS,),
                **settings,
            },
        )
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(url, tz_aware=True)
        try:
            async with serving(made, token) as served:
                yield ServedJobs(served, client[name])
        finally:
            await client.close()
            await servers.mongo.drop_database(name)

    return serve


TYPES = [
    {"jobType": "open", "create": {"auth": "#all"}, "update": {"auth": "#all"}},
    {"jobType": "public", "create": {"auth": "#datasetPublic"}, "update": {"auth": "#all"}},
    {"jobType": "access", "create": {"auth": "#datasetAccess"}, "update": {"auth": "#jobOwnerGroup"}},
    {"jobType": "owner", "create": {"auth": "#datasetOwner"}, "update": {"auth": "#jobOwnerUser"}},
    {"jobType": "group", "create": {"auth": "@blue"}, "update": {"auth": "@blue"}},
    {"jobType": "user", "create": {"auth": "ada"}, "update": {"auth": "ada"}},
    {"jobType": "staff", "create": {"auth": "#jobAdmin"}, "update": {"auth": "#jobAdmin"}},
]


@pytest.fixture(scope="session")
async def served_jobs(serve_jobs: ServeJobs) -> AsyncIterator[ServedJobs]:
    """A catalogue with a type of jobs for each rule."""
    async with serve_jobs(TYPES) as running:
        yield running


@pytest.fixture
async def jobs(served_jobs: ServedJobs) -> ServedJobs:
    """The same, with nothing in its database."""
    await served_jobs.empty()
    return served_jobs
