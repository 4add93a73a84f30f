"""The configurator as an application."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version

from beanie import init_beanie
from fastapi import APIRouter, FastAPI
from pymongo import WriteConcern
from pymongo.errors import PyMongoError

from beamlore.configurator.active import routes as active
from beamlore.configurator.beamlines import routes as beamlines
from beamlore.configurator.changes.models import Change
from beamlore.configurator.migrations import MIGRATIONS
from beamlore.configurator.sets import routes as sets
from beamlore.configurator.settings import Settings
from beamlore.core import Database, Health, Migrations, SchemaWatch, connect, create_app, reason_of

PREFIX = "/api/configurator/v1"
_MAJORITY_TIMEOUT_MS = 1_500
_RETRY_SECONDS = 1.0
_COMPONENT = "mongodb"
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
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        client = connect(settings, app_name="configurator")
        database = client.get_database(settings.mongo_database)
        migrations = Migrations(database, MIGRATIONS, version("beamlore-configurator"))
        schema = SchemaWatch(migrations, health, _COMPONENT, migrates=settings.migrate_at_start)
        app.state.verifier.begin(database)
        watching = asyncio.create_task(_watch(database, schema, health))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait([watching])
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


async def _watch(database: Database, schema: SchemaWatch, health: Health) -> None:
    """Make the model known as soon as the database answers, and go on watching; until then requests get a 503."""
    # A change waits for the majority, but not for ever: it is made also while a data member is down.
    patient = database.with_options(write_concern=WriteConcern(w="majority", wtimeout=_MAJORITY_TIMEOUT_MS))
    while True:
        try:
            await init_beanie(database=patient, document_models=[Change], skip_indexes=True)
        except PyMongoError as error:
            health.set(_COMPONENT, False, f"the database does not answer: {reason_of(error)}")
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            break
    await schema.run()
