"""The lease on comparing and building: one process at a time."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog
from pymongo import timeout
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import Document
from beamlore.catalogue.derived.log import CHANGES, FIRST

log = structlog.get_logger(__name__)

_LASTS = timedelta(seconds=20)
_RENEWED_EACH_SECONDS = 5.0
_LET_GO_SECONDS = 1.0


class Lease:
    """Held on the first mark of the log. Who holds it may lose it at any moment: writes name the holder."""

    def __init__(self, database: AsyncDatabase[Document], rules: str) -> None:
        self._changes = database[CHANGES]
        self._rules = rules
        self.holder = f"{id(self):x}-{time.time_ns():x}"

    async def take(self) -> Document | None:
        """Become the holder, or stay it; return the mark with the place to go on from, ``None`` where another is."""
        now = datetime.now(UTC)
        return await self._changes.find_one_and_update(
            {
                "_id": FIRST,
                "rules": self._rules,
                "$or": [{"holder": self.holder}, {"until": {"$not": {"$gt": now}}}],
            },
            {"$set": {"holder": self.holder, **self.extended()}},
        )

    async def let_go(self) -> None:
        """Let another process take it at once, where this one has it."""
        try:
            with timeout(_LET_GO_SECONDS):
                await self._changes.update_one({"_id": FIRST, "holder": self.holder}, {"$unset": {"until": ""}})
        except PyMongoError as error:
            log.info("the lease on derived data runs out by itself", error=str(error)[:300])

    def extended(self) -> Document:
        """Return what to set on the mark so that the lease lasts from now."""
        return {"until": datetime.now(UTC) + _LASTS}

    @asynccontextmanager
    async def kept(self) -> AsyncGenerator[None, None]:
        """Stay the holder until the block is left, however long that takes.

        Not around a transaction that writes the mark: the two would be in each other's way.
        """
        renewing = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.wait((renewing,))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(_RENEWED_EACH_SECONDS)
            try:
                await self._changes.update_one({"_id": FIRST, "holder": self.holder}, {"$set": self.extended()})
            except PyMongoError as error:
                log.warning("the lease on derived data was not renewed", error=str(error)[:300])
