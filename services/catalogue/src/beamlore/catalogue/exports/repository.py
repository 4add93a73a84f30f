"""Queries of exports."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from beamlore.catalogue.database.repository import Document, GuardedRepository, Query
from beamlore.catalogue.exports.columns import METADATA
from beamlore.core import Principal

_BATCH = 200
_NEWEST_FIRST = (("startTime", -1), ("_id", -1))
_VALUE = {
    "$switch": {
        "branches": [
            {"case": {"$ne": [{"$type": f"$entry.v{end}"}, "missing"]}, "then": f"$entry.v{end}"}
            for end in (".value", ".v")
        ],
        "default": "$entry.v",
    }
}
_BEYOND_DOUBLES = {"$or": [{"$gt": [_VALUE, 2**53]}, {"$lt": [_VALUE, -(2**53)]}]}
"""An integer that a double need not hold (IEEE 754: 53 bits)."""
_KEYS: list[dict[str, Any]] = [
    {
        "$project": {
            "_id": 0,
            "entry": {
                "$cond": [
                    {"$eq": [{"$type": f"${METADATA}"}, "object"]},
                    {"$objectToArray": f"${METADATA}"},
                    [],
                ]
            },
        }
    },
    {"$unwind": "$entry"},
    {
        "$group": {
            "_id": "$entry.k",
            "n": {"$sum": 1},
            "types": {"$addToSet": {"$type": _VALUE}},
            "inexact": {"$max": {"$and": [{"$eq": [{"$type": _VALUE}, "long"]}, _BEYOND_DOUBLES]}},
            "unit": {"$max": {"$or": [{"$ne": [{"$type": f"$entry.v.{name}"}, "missing"]} for name in ("unit", "u")]}},
        }
    },
]


class ExportRepository(GuardedRepository):
    """Datasets, all that match, in the order of the scan log."""

    def all(
        self, principal: Principal, where: Mapping[str, Any], projection: Mapping[str, int], seconds: float
    ) -> AsyncGenerator[list[Document], None]:
        """Yield what the principal may see, a batch at a time."""
        query = Query(where, projection=projection, sort=_NEWEST_FIRST)
        return self.stream(principal, query, batch=_BATCH, seconds=seconds)

    async def keys(
        self,
        principal: Principal,
        where: Mapping[str, Any],
        seconds: float,
        *,
        most: int,
        among: Sequence[str] | None = None,
    ) -> tuple[list[Document], int]:
        """Return the most frequent metadata keys, by name, and how many others there are.

        Of each key (``_id``): the ``types`` of its values, whether a ``unit`` is given, and whether an integer is
        ``inexact`` as a double.

        Args:
            principal: who asks.
            where: in which datasets.
            seconds: longest time the database may take.
            most: so many keys at most.
            among: spellings of the keys that count; ``None`` for all.
        """
        only = [] if among is None else [{"$match": {"entry.k": {"$in": list(among)}}}]
        frequent = [{"$sort": {"n": -1, "_id": 1}}, {"$limit": most}, {"$sort": {"_id": 1}}]
        stages = [
            {"$match": {METADATA: {"$exists": True}}},
            *_KEYS[:2],
            *only,
            *_KEYS[2:],
            {"$facet": {"keys": frequent, "all": [{"$count": "n"}]}},
        ]
        (found,) = await self.aggregate(principal, where, stages, seconds=seconds)
        keys: list[Document] = found["keys"]
        return keys, sum(one["n"] for one in found["all"]) - len(keys)
