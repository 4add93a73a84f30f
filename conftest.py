"""Real servers for every test that asks for them: started once per run, their provisioned data kept for the next.

Several runs at once are several instances: each takes the first of ``.beamlore/test``, ``.beamlore/test-2`` … that no
other run has, or the one that ``BEAMLORE_TEST_INSTANCE`` names. With ``BEAMLORE_TEST_KEEP=1`` the servers stay up
afterwards and the next run begins at once (`beamlore embedded down --instance test` ends them).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest
from pymongo.errors import PyMongoError

from beamlore.embedded import Installation, Tokens

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("beamlore", deadline=None)
hypothesis.settings.load_profile("beamlore")

_INSTANCES = Path(__file__).parent / ".beamlore"
_MOST_RUNS_AT_ONCE = 20


class MongoDatabase(NamedTuple):
    """An empty database of one test's own, reached by its own user only."""

    url: str
    name: str


@pytest.fixture(scope="session")
async def servers() -> AsyncIterator[Installation]:
    """MongoDB, Kafka and Keycloak, provisioned; no services."""
    installation = _claim_installation()
    try:
        await installation.up(parts=["servers"])
        yield installation
    finally:
        if not os.environ.get("BEAMLORE_TEST_KEEP"):
            await installation.down()
        installation.release()


@pytest.fixture(scope="session")
async def installation(servers: Installation) -> Installation:
    """Everything: the servers, all services behind the gateway, and the beamlines' devices; no scan engines."""
    await servers.up()
    return servers


@pytest.fixture(scope="session")
def token(servers: Installation) -> Tokens:
    """Access tokens: ``token("ada")`` of a person, ``token.service("ingestor")`` of a service."""
    return servers.token


@pytest.fixture(scope="session")
async def drop_later(servers: Installation) -> AsyncIterator[Callable[[str], None]]:
    """Drops databases of tests that are over while others run, one after the other."""
    names: asyncio.Queue[str] = asyncio.Queue()

    async def drop() -> None:
        while True:
            name = await names.get()
            try:
                await servers.mongo.drop_database(name)
            except PyMongoError:
                # A test has members away just now.
                names.put_nowait(name)
                await asyncio.sleep(1)
            names.task_done()

    dropping = asyncio.create_task(drop())
    yield names.put_nowait
    async with asyncio.timeout(60):
        await names.join()
    dropping.cancel()


@pytest.fixture(scope="session")
def new_database(servers: Installation) -> Callable[[], Awaitable[MongoDatabase]]:
    """Makes an empty database."""

    async def make() -> MongoDatabase:
        return MongoDatabase(*await servers.mongo.new_database())

    return make


@pytest.fixture
async def mongo_database(
    new_database: Callable[[], Awaitable[MongoDatabase]], drop_later: Callable[[str], None]
) -> AsyncIterator[MongoDatabase]:
    """A fresh, empty database, dropped afterwards."""
    database = await new_database()
    yield database
    drop_later(database.name)


def _claim_installation() -> Installation:
    chosen = os.environ.get("BEAMLORE_TEST_INSTANCE")
    names = [chosen] if chosen else ["test", *(f"test-{number}" for number in range(2, _MOST_RUNS_AT_ONCE + 1))]
    for name in names:
        installation = Installation(_INSTANCES / name)
        if installation.claim():
            return installation
    pytest.fail(f"Another run has the instance {', '.join(names)}: wait for it, or set BEAMLORE_TEST_INSTANCE.")
