"""What the live events read from the datasets.

Each changed dataset is read once for all readers, so these queries have no principal: nothing read here leaves the
process before the access rule has been asked for the reader it goes to.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection

from beamlore.catalogue.scans.shape import projection, version_of

Document = dict[str, Any]


class LiveRepository:
    """Reads changed datasets, as the primary has them now."""

    def __init__(self, datasets: AsyncCollection[Document]) -> None:
        self._datasets = datasets

    async def read(self, pids: Sequence[str], columns: frozenset[str] | None) -> list[Document]:
        """Return these datasets with what rows of these columns need, in the order of the PIDs."""
        cursor = self._datasets.find({"_id": {"$in": list(pids)}}, projection(columns), batch_size=len(pids) + 1)
        found = {document["_id"]: document async for document in cursor}
        return [found[pid] for pid in pids if pid in found]

    async def changed_since(self, moment: datetime, limit: int) -> list[tuple[str, int, datetime]]:
        """Return PID, version and time of the datasets that changed at this time or later, the oldest change first."""
        cursor = self._datasets.find(
            {"updatedAt": {"$gte": moment}},
            {"updatedAt": 1, "beamlore.revision": 1},
            sort=[("updatedAt", 1)],
            limit=limit,
            batch_size=limit,
        )
        return [(one["_id"], version_of(one), one["updatedAt"]) async for one in cursor]
