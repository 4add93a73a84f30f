"""Keeps ``numberOfDatasets`` of proposals right, whoever wrote or deleted datasets, and however.

It is counted up and down with each dataset that comes through the catalogue. What a SciCat backend beside it, a script
or a process that died in between left wrong is found by counting again.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import Document

log = structlog.get_logger(__name__)

_SETTLE_SECONDS = 5.0
_PAUSE_SECONDS = 0.01


class Recount:
    """Counts the datasets of each proposal again, from time to time."""

    def __init__(self, database: AsyncDatabase[Document], every_seconds: float) -> None:
        """Prepare.

        Args:
            database: the catalogue's.
            every_seconds: how long to rest between two rounds.
        """
        self._proposals = database["Proposal"]
        self._datasets = database["Dataset"]
        self._every = every_seconds

    async def run(self) -> None:
        """Go round until cancelled."""
        while True:
            # Processes that start together do not count together.
            await asyncio.sleep(self._every * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            try:
                await self.once(_settle)
            except PyMongoError as error:
                log.warning("datasets of proposals not counted", error=str(error))

    async def once(self, settle: Callable[[], Awaitable[None]]) -> int:
        """Put right what is wrong, and return how many proposals that were.

        Args:
            settle: waits; a number must be wrong in the same way before and after. A dataset that is being written is
                counted a moment after it stands.
        """
        wrong = {
            one["_id"]: difference
            async for one in self._proposals.find({}, {"proposalId": 1, "numberOfDatasets": 1})
            if (difference := await self._difference(one)) is not None
        }
        if not wrong:
            return 0
        await settle()
        mended = 0
        async for one in self._proposals.find({"_id": {"$in": list(wrong)}}, {"proposalId": 1, "numberOfDatasets": 1}):
            difference = await self._difference(one)
            if difference is not None and difference == wrong[one["_id"]]:
                stored, counted = difference
                outcome = await self._proposals.update_one(
                    {"_id": one["_id"], "numberOfDatasets": stored}, {"$set": {"numberOfDatasets": counted}}
                )
                mended += outcome.modified_count
        if mended:
            log.info("proposals had a wrong number of datasets", proposals=mended)
        return mended

    async def _difference(self, proposal: Document) -> tuple[int | None, int] | None:
        """Return the number that is stored and the one that is right, ``None`` where they are the same."""
        stored = proposal.get("numberOfDatasets")
        key = proposal.get("proposalId")
        if not isinstance(key, str):
            return None
        counted = await self._datasets.count_documents({"proposalIds": key})
        await asyncio.sleep(_PAUSE_SECONDS)
        return None if counted == (stored or 0) else (stored, counted)


async def _settle() -> None:
    await asyncio.sleep(_SETTLE_SECONDS)
