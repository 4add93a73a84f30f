"""What SciCat's history routes do."""

from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from beamlore.catalogue.database import GuardedRepository, Query
from beamlore.catalogue.filters import FilterError, to_mongo
from beamlore.catalogue.filters.fields import Vocabulary, kinds_of
from beamlore.catalogue.filters.grammar import Compare, Condition
from beamlore.catalogue.filters.listing import SKIP_AT_MOST, decode
from beamlore.catalogue.filters.where import parse_where
from beamlore.catalogue.history.recorder import HISTORY
from beamlore.catalogue.history.rights import HistoryRights
from beamlore.catalogue.noun import Ground
from beamlore.core import BadRequestError, ForbiddenError, Principal

RECORDS = Vocabulary(
    noun="history record",
    kinds=kinds_of(
        {"text": "_id subsystem operation user", "any": "documentId", "date": "timestamp", "object": "before after"}
    ),
    nested=("before", "after"),
)
# Those a SciCat backend makes, by its names: one of us makes them, both use them.
INDEXES = {
    HISTORY: [
        IndexModel([("subsystem", ASCENDING), ("documentId", ASCENDING)], name="subsystem_1_documentId_1"),
        IndexModel([("timestamp", DESCENDING)], name="timestamp_-1"),
        IndexModel([("timestamp", DESCENDING), ("_id", DESCENDING)], name="beamlore_newest"),
    ]
}
_USUAL_LIMIT = 100
_NEWEST_FIRST = (("timestamp", -1), ("_id", -1))


class HistoryService:
    """Lists and counts records."""

    def __init__(self, ground: Ground) -> None:
        self._rights = HistoryRights(ground.settings)
        self._records = GuardedRepository(ground.database[HISTORY], self._rights, ground.settings.query_seconds)
        self._most = ground.settings.query_limit

    async def find(self, principal: Principal, text: str, skip: int, limit: int) -> dict[str, Any]:
        """Return the records a filter finds, the newest first.

        Raises:
            ForbiddenError: the principal may not read the history of that collection.
            BadRequestError: the filter is malformed, or names no collection and the principal is no administrator.
        """
        self.check_may_read(principal)
        members = _members(text)
        if not principal.is_admin:
            subsystem = members.get("subsystem")
            if not isinstance(subsystem, str) or not subsystem:
                raise BadRequestError("subsystem is required in filter for permission verification")
            if subsystem not in self._rights.collections:
                raise BadRequestError(f"{subsystem[:80]} is not a valid history collection")
            self._check(principal, subsystem)
        return await self._listed(principal, parse_where(members, RECORDS, "filter", strict=True), skip, limit)

    async def of_collection(self, principal: Principal, subsystem: str, skip: int, limit: int) -> dict[str, Any]:
        """Return the records of one collection, the newest first.

        Raises:
            ForbiddenError: the principal may not read its history.
        """
        self.check_may_read(principal)
        self._check(principal, subsystem)
        return await self._listed(principal, Compare("subsystem", "$eq", subsystem), skip, limit)

    async def count(self, principal: Principal, text: str) -> int:
        """Return how many records a filter finds.

        Raises:
            ForbiddenError: the principal may not read the history of that collection.
            BadRequestError: the filter is malformed, or names no collection.
        """
        self.check_may_read(principal)
        members = _members(text)
        subsystem = members.get("subsystem")
        if not isinstance(subsystem, str) or not subsystem:
            raise BadRequestError("subsystem is required in filter for permission verification")
        self._check(principal, subsystem)
        return await self._records.count(principal, to_mongo(parse_where(members, RECORDS, "filter", strict=True)))

    def check_may_read(self, principal: Principal) -> None:
        """Let through who may read the history of anything.

        Raises:
            ForbiddenError: the principal may not.
        """
        if not self._rights.collections_of(principal):
            raise ForbiddenError("Forbidden resource")

    def _check(self, principal: Principal, subsystem: str) -> None:
        if subsystem not in self._rights.collections_of(principal):
            raise ForbiddenError(f"You don't have permission to access history for {subsystem[:80]} collection")

    async def _listed(self, principal: Principal, where: Condition, skip: int, limit: int) -> dict[str, Any]:
        if skip > SKIP_AT_MOST:
            raise BadRequestError(f"skip: is a number from 0 to {SKIP_AT_MOST}")
        found = to_mongo(where)
        most = min(limit or _USUAL_LIMIT, self._most)
        items = await self._records.find(principal, Query(found, sort=_NEWEST_FIRST, skip=skip, limit=most))
        total = await self._records.count(principal, found)
        return {"items": items, "count": len(items), "totalCount": total, "skip": skip, "limit": most}


def _members(text: str) -> Mapping[str, Any]:
    value = decode(text, "filter")
    if not isinstance(value, Mapping):
        raise FilterError("filter", "must be an object")
    return value
