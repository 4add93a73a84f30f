"""Reads what is derived."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.database import Document, told_plainly, total_order
from beamlore.catalogue.derived.fields import COUNTED, EVERYTHING, ODD, PUBLIC, answer_order, decoded
from beamlore.catalogue.derived.fold import ROLLUPS, SEARCH, SIGNATURES
from beamlore.catalogue.derived.log import CHANGES

VALUES_OF_A_FACET = 10_000
SIGNATURES_LOOKED_AT = 2_000
"""Of who sees more signatures than this, though not all of them, the documents are asked."""

SEARCH_INDEXES: Sequence[IndexModel] = (
    # Words and metadata values, the newest first; the signature in it, so that only what is shown is read.
    IndexModel(
        [("t", ASCENDING), ("creationTime", DESCENDING), ("_id", DESCENDING), ("s", ASCENDING)], name="terms_newest"
    ),
    # A page, and everything else, of those who see few signatures.
    IndexModel([("s", ASCENDING), ("creationTime", DESCENDING), ("_id", DESCENDING)], name="signature_newest"),
    # A page of those who see everything.
    IndexModel([("creationTime", DESCENDING), ("_id", DESCENDING)], name="newest"),
)
"""Created when all search documents are there: 40 entries for each are sorted at once then, not put in one by one."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    SIGNATURES: [
        # The ways of being allowed to see.
        IndexModel([("ownerGroup", ASCENDING)], name="owner"),
        IndexModel([("accessGroups", ASCENDING)], name="access"),
        IndexModel([("instrumentGroup", ASCENDING)], name="instrument_group"),
        IndexModel([("sharedWith", ASCENDING)], name="shared"),
        IndexModel([("isPublished", ASCENDING)], name="published"),
    ],
    # The values of some fields under some signatures.
    ROLLUPS: [IndexModel([("s", ASCENDING), ("f", ASCENDING)], name="field")],
    # Whether a dataset waits to be folded.
    CHANGES: [IndexModel([("pids", ASCENDING)], name="datasets")],
}


class DerivedRepository:
    """Queries of the derived collections. What may be read is in ``signatures``, those of who asks."""

    def __init__(self, database: AsyncDatabase[Document], seconds: float) -> None:
        self._search = database[SEARCH]
        self._signatures = database[SIGNATURES]
        self._rollups = database[ROLLUPS]
        self._milliseconds = round(seconds * 1000)

    async def signatures(self, where: Mapping[str, Any] | None, *, public: bool) -> dict[str, int] | None:
        """Return signatures, each with how many datasets it has.

        Args:
            where: which; ``None`` for none, empty for the sum of all.
            public: whether the sum of all published datasets is one of them.

        Returns:
            ``None`` where they are too many.
        """
        sums = [EVERYTHING] if where == {} else [PUBLIC] if public else []
        ways: list[Mapping[str, Any]] = [{"_id": {"$in": sums}}] if sums else []
        if where:
            ways.append({"$and": [where, {"_id": {"$nin": [EVERYTHING, PUBLIC]}}]})
        with told_plainly():
            found = await self._signatures.find(
                {"$or": ways} if len(ways) > 1 else ways[0],
                {"n": 1},
                limit=SIGNATURES_LOOKED_AT + 1,
                max_time_ms=self._milliseconds,
            ).to_list()
        return None if len(found) > SIGNATURES_LOOKED_AT else {one["_id"]: one["n"] for one in found}

    async def facets(self, signatures: Sequence[str], fields: Sequence[str]) -> dict[str, list[Document]] | None:
        """Return the values of fields with their counts, as answers show them.

        Returns:
            By field, the largest value first; ``None`` where a value is not counted.
        """
        where = {"s": {"$in": list(signatures)}, "f": {"$in": list(fields)}}
        with told_plainly():
            cursor = await self._rollups.aggregate(
                [
                    {"$match": where},
                    {"$group": {"_id": {"f": "$f", "v": "$v"}, "n": {"$sum": "$n"}}},
                    {"$match": {"n": {"$gt": 0}}},
                ]
                if len(signatures) > 1
                else [{"$match": where | {"n": {"$gt": 0}}}, {"$project": {"_id": {"f": "$f", "v": "$v"}, "n": 1}}],
                maxTimeMS=self._milliseconds,
            )
            rows = await cursor.to_list()
        found: dict[str, dict[str, int]] = {field: {} for field in fields}
        for row in rows:
            found[row["_id"]["f"]][row["_id"]["v"]] = row["n"]
        if any(ODD in values for values in found.values()):
            return None
        return {
            field: [
                {"_id": decoded(value, COUNTED[field]), "count": values[value]}
                for value in sorted(values, key=answer_order, reverse=True)[:VALUES_OF_A_FACET]
            ]
            for field, values in found.items()
        }

    async def page(self, where: Mapping[str, Any], sort: Sequence[tuple[str, int]], skip: int, limit: int) -> list[Any]:
        """Return the identifiers of the datasets whose search documents match, in order."""
        with told_plainly():
            found = await self._search.find(
                where,
                {"_id": 1},
                sort=total_order(sort),
                skip=skip,
                limit=limit,
                batch_size=limit + 1,
                max_time_ms=self._milliseconds,
            ).to_list()
        return [one["_id"] for one in found]

    async def count(self, where: Mapping[str, Any]) -> int:
        """Return how many search documents match."""
        with told_plainly():
            return await self._search.count_documents(where, maxTimeMS=self._milliseconds)

    async def aggregate(self, where: Mapping[str, Any], stages: Sequence[Mapping[str, Any]]) -> list[Document]:
        """Return what stages make of the search documents that match."""
        with told_plainly():
            cursor = await self._search.aggregate([{"$match": where}, *stages], maxTimeMS=self._milliseconds)
            return await cursor.to_list()


def within(signatures: Mapping[str, int]) -> Document:
    """Return the filter of search documents that are counted under one of the signatures."""
    if EVERYTHING in signatures:
        return {}
    one_by_one: Document = {"s": {"$in": [one for one in signatures if one != PUBLIC]}}
    if PUBLIC not in signatures:
        return one_by_one
    return {"$or": [one_by_one, {"isPublished": True}]} if len(signatures) > 1 else {"isPublished": True}
