"""Writes SciCat's history, in the transaction of what it tells of."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import bson
import structlog
from bson.errors import BSONError
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.database import Change, Document
from beamlore.catalogue.history.delta import deltas
from beamlore.catalogue.settings import Settings

log = structlog.get_logger(__name__)

HISTORY = "History"
_LARGEST = 16 * 1024 * 1024 - 1024
_OPERATIONS = {"change": "update", "delete": "delete"}


class HistoryRecorder:
    """The observer that keeps SciCat's history, of the collections a facility has named."""

    def __init__(self, database: AsyncDatabase[Document], settings: Settings) -> None:
        self._records = database[HISTORY]
        self._tracked = frozenset(settings.trackables)
        self._whole = settings.trackable_strategy == "document"

    async def wrote(self, session: AsyncClientSession, changes: Sequence[Change]) -> None:
        """Write a record for each change of a tracked document; SciCat keeps none of a creation."""
        records = [
            self._record(change)
            for change in changes
            if change.collection in self._tracked and change.operation in _OPERATIONS
        ]
        if records:
            await self._records.insert_many(records, session=session)

    def _record(self, change: Change) -> Document:
        before, after = _shown(change.before), _shown(change.after)
        if before is not None and after is not None and not self._whole:
            before, after = deltas(before, after)
        record: Document = {
            "subsystem": change.collection,
            "documentId": (change.before or {}).get("_id"),
            "before": before,
            "after": after,
            "operation": _OPERATIONS[change.operation],
            "user": change.principal.username,
            "timestamp": datetime.now(UTC),
            "__v": 0,
        }
        if not _fits(record):
            log.warning("a change is too large for SciCat's history; the audit has it", document=record["documentId"])
            record |= {"before": None, "after": None}
        return record


def _shown(document: Mapping[str, Any] | None) -> Document | None:
    return None if document is None else {name: value for name, value in document.items() if name != "beamlore"}


def _fits(record: Document) -> bool:
    try:
        return len(bson.encode(record)) <= _LARGEST
    except BSONError:
        return False
