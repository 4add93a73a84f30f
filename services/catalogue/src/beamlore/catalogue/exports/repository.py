"""Queries of exports."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from beamlore.catalogue.database.repository import Document, GuardedRepository, Query
from beamlore.catalogue.exports.columns import METADATA, METADATA_COLUMNS
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
            "types": {"$addToSet": {"$type": _VALUE}},
            "unit": {"$max": {"$or": [{"$ne": [{"$type": f"$entry.v.{name}"}, "missing"]} for name in ("unit", "u")]}},
        }
    },
    {"$sort": {"_id": 1}},
    {"$limit": METADATA_COLUMNS + 1},
]


class ExportRepository(GuardedRepository):
    """Datasets, all that match, in the order of the scan log."""

    def all(
        self, principal: Principal, where: Mapping[str, Any], projection: Mapping[str, int], seconds: float
    ) -> AsyncGenerator[list[Document], None]:
        """Yield what the principal may see, a batch at a time."""
        query = Query(where, projection=projection, sort=_NEWEST_FIRST)
        return self.stream(principal, query, batch=_BATCH, seconds=seconds)

    async def keys(self, principal: Principal, where: Mapping[str, Any], seconds: float) -> list[Document]:
        """Return the metadata keys (``_id``), the ``types`` of their values, and whether a ``unit`` is given."""
        stages = [{"$match": {METADATA: {"$exists": True}}}, *_KEYS]
        return await self.aggregate(principal, where, stages, seconds=seconds)
