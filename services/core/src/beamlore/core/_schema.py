"""Watches over a service's database: whether it answers, and whether its migrations are made."""

import asyncio

import structlog
from pymongo.errors import PyMongoError

from beamlore.core._health import Health
from beamlore.core._migrations import LeaseLostError, Migrations
from beamlore.core._mongo import reason_of

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 2.0
_RETRY_SECONDS = 1.0


class SchemaWatch:
    """Says in the health whether the database can be worked with, and makes its migrations where that is wanted."""

    def __init__(self, migrations: Migrations, health: Health, component: str, *, migrates: bool) -> None:
        """Prepare.

        Args:
            migrations: of the service's database.
            health: where it is said.
            component: under which name.
            migrates: whether what is pending is made here; otherwise it is waited for.
        """
        self._migrations = migrations
        self._health = health
        self._component = component
        self._migrates = migrates
        self.ready = asyncio.Event()
        """Set once nothing was pending."""

        health.set(component, False, "not connected yet")

    async def run(self) -> None:
        """Watch, until cancelled. A database that refuses (not initiated, no such user yet) is asked again."""
        while True:
            try:
                await self._look()
            except PyMongoError as error:
                self._health.set(self._component, False, f"the database does not answer: {reason_of(error)}")
                await asyncio.sleep(_RETRY_SECONDS)
            except LeaseLostError:
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                await asyncio.sleep(_LOOK_SECONDS)

    async def _look(self) -> None:
        pending = await self._migrations.pending()
        if pending:
            names = ", ".join(str(one) for one in pending)
            what = "being made" if self._migrates else "waited for: run the service's 'migrate' command"
            self._health.set(self._component, False, f"migrations are pending and are {what}: {names}")
            if not self._migrates:
                return
            await self._migrations.run()
        self._health.set(self._component, True)
        self.ready.set()
