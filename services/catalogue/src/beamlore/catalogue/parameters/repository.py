"""Queries of parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

from beamlore.catalogue.database.repository import Document, GuardedRepository
from beamlore.core import Principal

LOOKED_AT = 50_000
_TEXT_LENGTH = 256
_SCALARS = ("string", "int", "long", "double", "decimal", "bool", "date")


class ParameterRepository(GuardedRepository):
    """The scientific metadata of datasets, one key of it at a time."""

    async def values(
        self, principal: Principal, where: Mapping[str, Any], paths: Sequence[str], limit: int
    ) -> Document:
        """Return ``all`` (how many), ``ranges`` by unit and the most frequent ``values`` of a metadata entry.

        Args:
            principal: who asks.
            where: which datasets, of those that have the entry.
            paths: where the entry may stand in a dataset.
            limit: values at most.
        """
        there = {"$or": [{path: {"$exists": True}} for path in paths]}
        wanted = {"$and": [where, there]} if where else there
        found = await self.aggregate(principal, wanted, _stages(paths, limit))
        return found[0]


def _stages(paths: Sequence[str], limit: int) -> list[dict[str, Any]]:
    value = {
        "$switch": {
            "branches": [
                {"case": {"$ne": [{"$type": f"${path}"}, "missing"]}, "then": f"${path}"}
                for path in (*(f"{one}.{name}" for one in paths for name in ("value", "v")), *paths[:-1])
            ],
            "default": f"${paths[-1]}",
        }
    }
    return [
        {"$sort": {"startTime": -1, "_id": -1}},
        {"$limit": LOOKED_AT + 1},
        {
            "$project": {
                "_id": 0,
                "value": value,
                "unit": {"$ifNull": [*(f"${path}.{name}" for path in paths for name in ("unit", "u")), None]},
            }
        },
        {
            "$facet": {
                "all": [{"$count": "n"}],
                "ranges": [
                    {"$match": {"$expr": {"$isNumber": "$value"}}},
                    {
                        "$group": {
                            "_id": "$unit",
                            "smallest": {"$min": "$value"},
                            "largest": {"$max": "$value"},
                            "count": {"$sum": 1},
                        }
                    },
                    {"$sort": {"count": -1, "_id": 1}},
                    {"$limit": 100},
                ],
                "values": [
                    {"$match": {"value": {"$type": list(_SCALARS)}, "$expr": _SHORT}},
                    {"$group": {"_id": {"value": "$value", "unit": "$unit"}, "count": {"$sum": 1}}},
                    {"$sort": {"count": -1, "_id.value": 1}},
                    {"$limit": limit},
                ],
            }
        },
    ]


_SHORT = {
    "$or": [
        {"$ne": [{"$type": "$value"}, "string"]},
        {"$lte": [{"$strLenCP": {"$cond": [{"$eq": [{"$type": "$value"}, "string"]}, "$value", ""]}}, _TEXT_LENGTH]},
    ]
}
