"""The configurator as an application."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import structlog
from beanie import init_beanie
from fastapi import APIRouter, FastAPI
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.configurator.active import routes as active
from beamlore.configurator.beamlines import routes as beamlines
from beamlore.configurator.changes.models import Change
from beamlore.configurator.sets import routes as sets
from beamlore.configurator.settings import Settings
from beamlore.core import Health, connect, create_app

log = structlog.get_logger(__name__)

PREFIX = "/api/configurator/v1"
_MAJORITY_TIMEOUT_MS = 1_500
_HEALTH_PERIOD_SECONDS = 2.0
_DESCRIPTION = """\
Which metadata each beamline records with its scans. A beamline's staff and administrators (`catalogue:admin`) change
it, instruments (`configurator:read`) read it. Every change is a version of its own, with who made it and when; what
is there is changed only with `If-Match`, so that nobody's work is overwritten unseen. Errors are problem details
(RFC 9457).
"""


def build_app(settings: Settings) -> FastAPI:
    """Return the application."""
    health = Health()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None, None]:
        client = connect(settings, app_name="configurator")
        try:
            await _prepare(client.get_database(settings.mongo_database))
            health.set("mongodb", True)
            watch = asyncio.create_task(_watch(client, health))
            yield
            watch.cancel()
        finally:
            await client.close()

    root = APIRouter(
        prefix=PREFIX,
        responses={
            401: {"description": "No token, or one that is not to be believed."},
            403: {"description": "The caller may not."},
            503: {"description": "The database does not answer; try again in a moment."},
        },
    )
    for noun in (beamlines, sets, active):
        root.include_router(noun.router)
    return create_app(
        title="Beamlore configurator",
        prefix=PREFIX,
        version=version("beamlore-configurator"),
        settings=settings,
        routers=[root],
        health=health,
        lifespan=lifespan,
        description=_DESCRIPTION,
    )


async def _prepare(database: AsyncDatabase[dict[str, Any]]) -> None:
    # A change waits for the majority, but not for ever: it is made also while a data member is down.
    patient = database.with_options(write_concern=WriteConcern(w="majority", wtimeout=_MAJORITY_TIMEOUT_MS))
    await init_beanie(database=patient, document_models=[Change], skip_indexes=True)
    # The indexes do not wait for it at all: with them in place already, a member that is down delays no start.
    collection = database.get_collection(Change.get_collection_name(), write_concern=WriteConcern(w=1))
    await collection.create_indexes(Change.Settings.indexes)


async def _watch(client: AsyncMongoClient[dict[str, Any]], health: Health) -> None:
    while True:
        try:
            await client.admin.command("ping")
        except PyMongoError as error:
            health.set("mongodb", False, str(error))
        else:
            health.set("mongodb", True)
        await asyncio.sleep(_HEALTH_PERIOD_SECONDS)
