"""Bulk writes with the durability protocol, and what became of each of their operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from beamlore.core import WriteScope

_DUPLICATE_KEY = 11000
_WRITE_CONCERN_TIMEOUT = 64


@dataclass
class BulkOutcome:
    """Positions of a bulk's operations: which inserted, and which met a document that its filter does not match."""

    created: set[int] = field(default_factory=set)
    refused: list[int] = field(default_factory=list)


class DurableBulk:
    """Writes upserts of one collection, unordered, within a scope of the durable writer."""

    def __init__(self, collection: AsyncCollection[dict[str, Any]]) -> None:
        self._collection = collection

    async def write(self, scope: WriteScope, operations: Sequence[UpdateOne]) -> BulkOutcome:
        """Write the operations and return what became of them.

        Raises:
            BulkWriteError: the database refused some for a reason of its own.
        """
        outcome = await self._written(scope, operations)
        if outcome.refused:
            # Another may have created it between the look and the insert of the upsert: then the filter decides now.
            again = await self._written(scope, [operations[position] for position in outcome.refused])
            outcome.refused = [outcome.refused[position] for position in again.refused]
        return outcome

    async def _written(self, scope: WriteScope, operations: Sequence[UpdateOne]) -> BulkOutcome:
        if not operations:
            return BulkOutcome()
        collection = self._collection.with_options(write_concern=scope.write_concern)
        try:
            answer = await collection.bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            return _partly(scope, error)
        return BulkOutcome(created=set(answer.upserted_ids or ()))

    async def insert(self, scope: WriteScope, documents: Sequence[dict[str, Any]]) -> BulkOutcome:
        """Insert documents, those that can be, and return what became of them.

        Raises:
            BulkWriteError: the database refused some for a reason of its own.
        """
        if not documents:
            return BulkOutcome()
        collection = self._collection.with_options(write_concern=scope.write_concern)
        refused: list[int] = []
        try:
            await collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            refused = _partly(scope, error).refused
        return BulkOutcome(set(range(len(documents))).difference(refused), refused)

    async def update_one(self, scope: WriteScope, where: Mapping[str, Any], update: Mapping[str, Any]) -> bool:
        """Change one document where it matches; return whether one did.

        As a bulk of one, because a bulk says what matched even where the majority did not answer in time.
        """
        collection = self._collection.with_options(write_concern=scope.write_concern)
        try:
            answer = await collection.bulk_write([UpdateOne(where, update)])
        except BulkWriteError as error:
            _partly(scope, error)
            return bool(error.details["nMatched"])
        return bool(answer.matched_count)


def _partly(scope: WriteScope, error: BulkWriteError) -> BulkOutcome:
    """Return what became of a bulk of which the database refused what is there already, or lacked a majority."""
    details = error.details
    if any(problem["code"] != _WRITE_CONCERN_TIMEOUT for problem in details["writeConcernErrors"]):
        raise error
    if any(problem["code"] != _DUPLICATE_KEY for problem in details["writeErrors"]):
        raise error
    if details["writeConcernErrors"]:
        scope.not_by_majority()
    refused = [problem["index"] for problem in details["writeErrors"]]
    return BulkOutcome({one["index"] for one in details["upserted"]}, refused)
