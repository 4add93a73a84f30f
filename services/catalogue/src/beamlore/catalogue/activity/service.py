"""What the activity's route does."""

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from beamlore.catalogue.activity.repository import ActivityRepository
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.filters.grammar import Condition
from beamlore.catalogue.noun import Ground
from beamlore.core import BadRequestError, Principal

DAYS = 1100


class ActivityService:
    """Counts datasets by beamline and day."""

    def __init__(self, ground: Ground) -> None:
        rights = DatasetRights(ground.policy, ground.settings)
        self._datasets = ActivityRepository(ground.database["Dataset"], rights, ground.settings.query_seconds)
        self._derived = ground.derived

    async def by_day(
        self, principal: Principal, condition: Condition, start: datetime, end: datetime, timezone: str
    ) -> dict[str, Any]:
        """Return the numbers of datasets; ``condition`` holds the time frame already.

        Raises:
            BadRequestError: the time frame ends before it begins, or is longer than about three years.
        """
        if not timedelta() < end - start <= timedelta(days=DAYS):
            raise BadRequestError(f"from, to: must be more than nothing and at most {DAYS} days")
        where = await self._derived.of_documents(principal, condition)
        found = await self._datasets.by_day(principal, where, timezone)
        beamlines = []
        for beamline, rows in groupby(found, key=lambda row: row["_id"]["beamline"]):
            days = [{"day": row["_id"]["day"], "count": row["count"]} for row in rows]
            beamlines.append({"beamline": beamline, "count": sum(day["count"] for day in days), "days": days})
        return {"count": sum(one["count"] for one in beamlines), "beamlines": beamlines}
