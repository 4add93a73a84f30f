"""The life cycle a dataset begins with: not archived, on the central disk. Source: SciCat's ``LifecycleClass``."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

_RETENTION_YEARS = 10
_EMBARGO_YEARS = 3


def initial_lifecycle(now: datetime) -> dict[str, Any]:
    """Return the ``datasetlifecycle`` of a dataset that is created now."""
    return {
        "archivable": True,
        "retrievable": False,
        "publishable": False,
        "archiveRetentionTime": _month(now.year + _RETENTION_YEARS, now.month),
        "dateOfPublishing": _month(now.year + _EMBARGO_YEARS, now.month),
        "isOnCentralDisk": True,
        "archiveStatusMessage": "datasetCreated",
        "retrieveStatusMessage": "",
        "archiveReturnMessage": {},
        "retrieveReturnMessage": {},
        "retrieveIntegrityCheck": False,
    }


@lru_cache(maxsize=8)
def _month(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)
