"""Finds datasets by words whatever state derived data are in: while they are built, wait, or are of other rules."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.access import Rights
from beamlore.catalogue.database import Document, told_plainly
from beamlore.catalogue.database.repository import both
from beamlore.catalogue.derived.access import whose
from beamlore.catalogue.derived.fields import METADATA, WORDS_OF, Deriver
from beamlore.catalogue.derived.fold import DATASETS, SEARCH
from beamlore.catalogue.derived.log import CHANGES, FIRST, LAST
from beamlore.catalogue.derived.query import words_query
from beamlore.catalogue.derived.words import Sought, searched
from beamlore.catalogue.filters.build import to_mongo
from beamlore.catalogue.filters.grammar import All, Condition
from beamlore.core import BadRequestError, Principal, UnavailableError

FOUND_AT_MOST = 100_000
_READ_AT_ONCE = 100
_LOOKED_AT_BETWEEN_PAUSES = 20
_READ = dict.fromkeys((*WORDS_OF, METADATA), 1)


class WordSearch:
    """Datasets that hold words, by their identifiers. Of the same words as the search index: ``words`` cuts both."""

    def __init__(
        self, database: AsyncDatabase[Document], rights: Rights, deriver: Deriver, seconds: float, smallest: int
    ) -> None:
        self._datasets = database[DATASETS]
        self._search = database[SEARCH]
        self._changes = database[CHANGES]
        self._rights = rights
        self._deriver = deriver
        self._seconds = seconds
        self._smallest = smallest

    async def pids(
        self, principal: Principal, text: str, rest: Condition, *, indexed: bool, followed: bool
    ) -> list[Any]:
        """Return the identifiers of datasets with these words; the caller's query asks the access rule again.

        Args:
            principal: who asks.
            text: the words.
            rest: what else must hold of them.
            indexed: whether every dataset is in the search index, or waits to be.
            followed: whether changes of others are known; of a large catalogue they are taken as not made where not.

        Raises:
            BadRequestError: they are too many.
            UnavailableError: looking through the datasets takes too long while there is no search index.
        """
        sought = searched(text)
        access = self._rights.readable(principal)
        wanted = both(to_mongo(rest), access)
        with told_plainly():
            large = await self._datasets.estimated_document_count() >= self._smallest
            if not (indexed and (followed or large)):
                return await self._looked_through(wanted, sought)
            # First what waits: what is folded meanwhile is looked at itself.
            waiting = await self._waiting()
            found = await self._indexed(access, sought, waiting)
            found += await self._looked_through({"$and": [{"_id": {"$in": waiting}}, wanted]}, sought)
        return found

    async def _waiting(self) -> list[Any]:
        entries = self._changes.find({"_id": {"$gt": FIRST, "$lt": LAST}}, {"pids": 1})
        return list({pid: None async for entry in entries for pid in entry["pids"]})

    async def _indexed(self, access: Mapping[str, Any], sought: Sought, without: list[Any]) -> list[Any]:
        # Search documents have the fields that access is decided by; a rule of others is asked of the datasets only.
        seen = access if whose(access, All()) is not None else {}
        where = both({"$and": [words_query(sought), {"_id": {"$nin": without}}]}, seen)
        cursor = self._search.find(where, {"_id": 1}, limit=FOUND_AT_MOST + 1, max_time_ms=round(self._seconds * 1000))
        found = [one["_id"] for one in await cursor.to_list()]
        if len(found) > FOUND_AT_MOST:
            raise BadRequestError(f"More than {FOUND_AT_MOST} datasets have these words. Add words or conditions.")
        return found

    async def _looked_through(self, where: Mapping[str, Any], sought: Sought) -> list[Any]:
        found: list[Any] = []
        give_up_at = time.monotonic() + self._seconds
        looked_at = 0
        async with self._datasets.find(
            where, _READ, batch_size=_READ_AT_ONCE, max_time_ms=round(self._seconds * 1000)
        ) as cursor:
            async for dataset in cursor:
                if sought.matches(self._deriver.words(dataset)):
                    found.append(dataset["_id"])
                looked_at += 1
                if looked_at % _LOOKED_AT_BETWEEN_PAUSES == 0:
                    await asyncio.sleep(0)
                    if time.monotonic() > give_up_at:
                        raise UnavailableError("The search index is being built. Search again in a few minutes.")
        return found
