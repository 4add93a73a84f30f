"""Numbered changes of a service's database, each made once, by one process (see decision 0006).

What is made is recorded in the collection ``beamlore_migrations``: ``{_id, number, name, appliedAt, seconds,
version}``. A process holds the lease ``{_id: "lease", holder, until}`` while it works; one that dies loses it by the
database's clock, and another begins its migration anew: each must come to the same end however often it was begun.
"""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog
from pymongo import WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

log = structlog.get_logger(__name__)

COLLECTION = "beamlore_migrations"
_LEASE = "lease"
_LEASE_SECONDS = 15.0
_RENEWALS = 5
"""How often a lease is renewed in the time it holds."""

_FREE = {"holder": {"$ifNull": ["$holder", ""]}, "until": {"$ifNull": ["$until", "$$NOW"]}}
_LOOK_SECONDS = 1.0

Database: TypeAlias = AsyncDatabase[dict[str, Any]]
Tell: TypeAlias = Callable[[str], None]
"""Takes a line about how far the work is."""


@dataclass(frozen=True)
class Migration:
    """One change. The former version of the service must be able to go on with what it leaves."""

    number: int
    name: str
    apply: Callable[[Database, Tell], Awaitable[None]]
    """Makes the change. It may be broken off at any point and called again."""

    content: str = ""
    """What is made, in short, where that follows a declaration in the code (indexes): made again when it differs."""

    @property
    def key(self) -> str:
        """Under what it is recorded."""
        return f"{self.number:04d}-{self.content}" if self.content else f"{self.number:04d}"

    def __str__(self) -> str:
        return f"{self.number:04d} {self.name}"


class LeaseLostError(Exception):
    """This process was silent for too long while it made a change, and another has taken over."""


class Migrations:
    """The changes of one service's database."""

    def __init__(
        self,
        database: Database,
        migrations: Sequence[Migration],
        version: str,
        *,
        lease_seconds: float = _LEASE_SECONDS,
    ) -> None:
        """Take the list.

        Args:
            database: the service's.
            migrations: all there ever were, in order.
            version: the service's; recorded with what it makes.
            lease_seconds: how long a process that says nothing is believed to be alive.

        Raises:
            ValueError: the numbers do not rise.
        """
        numbers = [one.number for one in migrations]
        if numbers != sorted(set(numbers)):
            raise ValueError("the numbers of migrations must rise")
        self._database = database
        # A record that a failover takes back is made again; while a data member is down nothing waits for it.
        self._records = database.get_collection(COLLECTION, write_concern=WriteConcern(w=1))
        self._migrations = tuple(migrations)
        self._version = version
        self._lease_seconds = lease_seconds
        self._holder = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"

    async def pending(self) -> list[Migration]:
        """Return what is still to be made.

        Raises:
            PyMongoError: the database does not answer.
        """
        keys = [one.key for one in self._migrations]
        made = {one["_id"] async for one in self._records.find({"_id": {"$in": keys}}, {"_id": 1})}
        return [one for one in self._migrations if one.key not in made]

    async def run(self, tell: Tell = log.info) -> int:
        """Make what is pending, or wait until another process has; return how many this one made.

        Raises:
            PyMongoError: the database does not answer; run it again.
            LeaseLostError: another process has taken over; run it again.
        """
        count = 0
        waiting = False
        while await self.pending():
            if not await self._take_lease():
                if not waiting:
                    tell("another process makes the changes; waiting for it")
                waiting = True
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            async with self._holding_lease():
                for migration in await self.pending():
                    await self._make(migration, tell)
                    count += 1
        return count

    async def _make(self, migration: Migration, tell: Tell) -> None:
        tell(f"{migration}: begun")
        begun = time.monotonic()
        await migration.apply(self._database, lambda line: tell(f"{migration}: {line}"))
        seconds = round(time.monotonic() - begun, 1)
        record = {"number": migration.number, "name": migration.name, "seconds": seconds, "version": self._version}
        made = await self._records.update_one(
            {"_id": migration.key}, [{"$set": {**record, "appliedAt": "$$NOW"}}], upsert=True
        )
        tell(f"{migration}: made in {seconds} s" if made.upserted_id else f"{migration}: was made already")

    async def _take_lease(self) -> bool:
        # An upsert may not compare with the database's clock: the lease is there first, and then taken.
        with suppress(DuplicateKeyError):
            await self._records.update_one({"_id": _LEASE}, [{"$set": _FREE}], upsert=True)
        taken = await self._records.update_one(
            {"_id": _LEASE, "$expr": {"$or": [{"$eq": ["$holder", self._holder]}, {"$lte": ["$until", "$$NOW"]}]}},
            [{"$set": {"holder": self._holder, "until": {"$add": ["$$NOW", round(self._lease_seconds * 1000)]}}}],
        )
        return bool(taken.matched_count)

    @asynccontextmanager
    async def _holding_lease(self) -> AsyncGenerator[None, None]:
        """Renew the lease during the block, and break the block off where it is lost."""
        block = asyncio.current_task()
        assert block is not None  # noqa: S101 - a coroutine always runs in a task
        lost = False

        async def renew() -> None:
            nonlocal lost
            held_until = time.monotonic() + self._lease_seconds
            while True:
                await asyncio.sleep(self._lease_seconds / _RENEWALS)
                asked = time.monotonic()
                if asked > held_until:
                    break
                try:
                    async with asyncio.timeout(held_until - asked):
                        if not await self._take_lease():
                            break
                    held_until = asked + self._lease_seconds
                except (PyMongoError, TimeoutError) as error:
                    log.warning("the lease cannot be renewed at the moment", error=str(error)[:200])
            lost = True
            block.cancel()

        renewing = asyncio.create_task(renew())
        try:
            yield
        except asyncio.CancelledError:
            if not lost:
                raise
            block.uncancel()
            raise LeaseLostError("another process may have taken over") from None
        finally:
            renewing.cancel()
            await asyncio.wait([renewing])
            if not lost:
                await self._records.update_one({"_id": _LEASE, "holder": self._holder}, [{"$set": {"until": "$$NOW"}}])
