"""Keeps SciCat's ``MetadataKeys``.

Datasets of an experiment share their keys, and would wait for each other if each one counted them in its own
transaction. So a change only writes down what it adds and takes away, which conflicts with nothing; what was written
down is counted in portions, in a transaction of its own, by any process, and before anybody reads.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from bson import ObjectId
from pymongo import DeleteOne, InsertOne, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import Change, Document, Transactions
from beamlore.catalogue.metadatakeys.counts import Counts, Key, counts_of, new_key, stored_counts
from beamlore.catalogue.metadatakeys.usage import shifts_of
from beamlore.core import UnavailableError

log = structlog.get_logger(__name__)

COLLECTION = "MetadataKeys"
SHIFTS = "beamlore_key_shifts"
_AT_ONCE = 200
_LOOK_SECONDS = 0.5


class KeyShifts:
    """Writes down what changes add and take away, in their own transactions."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._shifts = database[SHIFTS]

    async def wrote(self, session: AsyncClientSession, changes: Sequence[Change]) -> None:
        """Write down what these changes add and take away."""
        shifts = [shift for change in changes for shift in shifts_of(change)]
        if shifts:
            await self._shifts.insert_one({"_id": ObjectId(), "shifts": shifts}, session=session)


class KeyKeeper:
    """Counts what was written down."""

    def __init__(self, database: AsyncDatabase[Document], transactions: Transactions) -> None:
        self._shifts = database[SHIFTS]
        self._keys = database[COLLECTION]
        self._transactions = transactions

    async def settle(self) -> None:
        """Count all that was written down before this call.

        Raises:
            UnavailableError: the database does not take it, or others count at the same moment, again and again.
        """
        while await self._shifts.find_one({}, {"_id": 1}) is not None:
            await self._transactions.run(self._count)

    async def run(self) -> None:
        """Count what was written down, for as long as the process runs."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.settle()
            except (UnavailableError, PyMongoError) as error:
                log.warning("metadata keys cannot be counted at the moment; trying again", error=str(error)[:300])

    async def _count(self, session: AsyncClientSession) -> Sequence[Change]:
        entries = await self._shifts.find({}, sort=[("_id", 1)], limit=_AT_ONCE, session=session).to_list()
        if not entries:
            return []
        steps: Counter[tuple[str, str, tuple[str, ...], bool]] = Counter()
        for shift in (shift for entry in entries for shift in entry["shifts"]):
            steps[shift["source"], shift["keys"], tuple(shift["groups"]), shift["published"]] += shift["step"]
        pairs = {(source, text): orjson.loads(text) for source, text, _, _ in steps}
        keys = {(source, key, name) for (source, _), found in pairs.items() for key, name in found}
        stored = await self._stored(session, keys)
        counts: dict[Key, Counts] = {key: counts_of(stored.get(key)) for key in keys}
        for (source, text, groups, published), step in steps.items():
            for key, name in pairs[source, text]:
                counts[source, key, name].shift(step, groups, published)
        operations = _operations(stored, counts)
        if operations:
            await self._keys.bulk_write(operations, ordered=False, session=session)
        await self._shifts.delete_many({"_id": {"$in": [one["_id"] for one in entries]}}, session=session)
        return []

    async def _stored(self, session: AsyncClientSession, keys: set[Key]) -> dict[Key, Document]:
        where: dict[str, Any] = {
            "sourceType": {"$in": sorted({source for source, _, _ in keys})},
            "key": {"$in": sorted({key for _, key, _ in keys})},
        }
        found = self._keys.find(where, session=session)
        return {(one["sourceType"], one["key"], one.get("humanReadableName") or ""): one async for one in found}


def _operations(
    stored: dict[Key, Document], counts: dict[Key, Counts]
) -> list[InsertOne[Document] | UpdateOne | DeleteOne]:
    now = datetime.now(UTC)
    operations: list[InsertOne[Document] | UpdateOne | DeleteOne] = []
    for key, count in counts.items():
        before = stored.get(key)
        if count.documents == 0:
            if before is not None:
                operations.append(DeleteOne({"_id": before["_id"]}))
        elif before is None:
            operations.append(InsertOne(new_key(key, now) | stored_counts(count, now)))
        else:
            operations.append(UpdateOne({"_id": before["_id"]}, {"$set": stored_counts(count, now)}))
    return operations
