"""Queries of the activity."""

from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.database.repository import Document, GuardedRepository
from beamlore.core import Principal

_MOMENT = {"$ifNull": ["$startTime", "$creationTime"]}
_BEAMLINE = {"$cond": [{"$isArray": "$instrumentIds"}, {"$arrayElemAt": ["$instrumentIds", 0]}, "$instrumentIds"]}


class ActivityRepository(GuardedRepository):
    """Datasets, counted."""

    async def by_day(self, principal: Principal, where: Mapping[str, Any], timezone: str) -> list[Document]:
        """Return ``{_id: {beamline, day}, count}``, by beamline and day."""
        day = {"$dateToString": {"date": _MOMENT, "format": "%Y-%m-%d", "timezone": timezone}}
        return await self.aggregate(
            principal,
            where,
            [
                {"$project": {"_id": 0, "startTime": 1, "creationTime": 1, "instrumentIds": 1}},
                {"$group": {"_id": {"beamline": {"$ifNull": [_BEAMLINE, ""]}, "day": day}, "count": {"$sum": 1}}},
                {"$sort": {"_id.beamline": 1, "_id.day": 1}},
            ],
        )
