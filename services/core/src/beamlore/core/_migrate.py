"""What every service's `migrate` command does."""

import asyncio
from collections.abc import Sequence
from importlib.metadata import version

import structlog
from pymongo.errors import PyMongoError

from beamlore.core._migrations import LeaseLostError, Migration, Migrations, Tell
from beamlore.core._mongo import connect
from beamlore.core._settings import HttpSettings, MongoSettings
from beamlore.core._telemetry import configure_logging

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 2.0


class MigrationSettings(HttpSettings, MongoSettings):
    """What a `migrate` command is told by its environment: its database, and how it logs."""


class MigrationError(Exception):
    """The migrations could not be made in time; the text says why."""


def migrate_now(
    service: str,
    database: MongoSettings,
    logs: HttpSettings,
    migrations: Sequence[Migration],
    within_seconds: float,
) -> None:
    """Make a service's pending migrations and tell in the log how far they are.

    Raises:
        MigrationError: the database did not answer in time.
    """
    configure_logging(service, logs)
    count = asyncio.run(
        migrate(database, migrations, version(f"beamlore-{service}"), within_seconds=within_seconds, tell=log.info)
    )
    log.info("the database is up to date", made=count)


async def migrate(
    settings: MongoSettings, migrations: Sequence[Migration], by: str, *, within_seconds: float, tell: Tell
) -> int:
    """Make a database's pending migrations and return how many they were.

    The database may not be there yet, not be initiated, or not know its user: it is asked again.

    Args:
        settings: of the database.
        migrations: all of the service.
        by: the service's version; recorded with what it makes.
        within_seconds: how long to wait for a database that does not answer; a migration itself may take longer.
        tell: is given a line about how far it is.

    Raises:
        MigrationError: the database did not answer in time.
    """
    client = connect(settings, app_name="beamlore-migrate")
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + within_seconds
    try:
        while True:
            try:
                return await Migrations(client[settings.mongo_database], migrations, by).run(tell)
            except (PyMongoError, LeaseLostError) as error:
                if loop.time() > give_up_at:
                    raise MigrationError(f"the migrations could not be made: {error}") from error
                tell(f"the database does not answer, trying again: {str(error)[:200]}")
                await asyncio.sleep(_RETRY_SECONDS)
    finally:
        await client.close()
