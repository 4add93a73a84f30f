"""A dataset's history in the form SciCat's v3 shows it, made of the records of ``History``."""

from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.database import Document, told_plainly, total_order
from beamlore.catalogue.datasets.repository import COLLECTION
from beamlore.catalogue.history.recorder import HISTORY
from beamlore.catalogue.noun import Ground

_AT_MOST = 1_000
_NOT_TOLD = frozenset({"_id", "updatedAt", "updatedBy", "createdAt", "createdBy", "__v", "history"})
_LIFECYCLE = "datasetlifecycle"


class DatasetPast:
    """Finds what was changed of a dataset. Whether the caller may see the dataset was decided before."""

    def __init__(self, ground: Ground) -> None:
        self.is_kept = COLLECTION in ground.settings.trackables
        """Whether the facility keeps the history of datasets."""

        self._records = ground.database[HISTORY]
        self._milliseconds = round(ground.settings.query_seconds * 1000)

    async def of(self, dataset: Mapping[str, Any]) -> list[Document]:
        """Return the changes of a dataset, the oldest first: who, when, and each field's values before and after."""
        where = {"subsystem": COLLECTION, "documentId": dataset["_id"]}
        with told_plainly():
            records = await self._records.find(
                where, sort=total_order([("timestamp", -1)]), limit=_AT_MOST, max_time_ms=self._milliseconds
            ).to_list()
        then = dict(dataset)
        return [_told(record, then) for record in records][::-1]


def _told(record: Mapping[str, Any], then: Document) -> Document:
    """Return a record as v3 has it. ``then`` is the dataset after the change, and becomes what it was before."""
    before, after = record.get("before") or {}, record.get("after") or {}
    told: Document = {"_id": "", "updatedAt": record.get("timestamp"), "updatedBy": record.get("user") or ""}
    for field, value in before.items():
        if field in _NOT_TOLD:
            continue
        former, current = value, after.get(field)
        if field == _LIFECYCLE and isinstance(then.get(field), Mapping):
            # A record has only those of its members that changed.
            current = dict(then[field])
            added = {name for name in after.get(field) or {} if name not in (value or {})}
            former = {name: one for name, one in current.items() if name not in added} | dict(value or {})
        told[field] = {"previousValue": former, "currentValue": current}
        then[field] = former
    return told
