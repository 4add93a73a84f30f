"""The life cycle a dataset begins with: not archived, on the central disk. Source: SciCat's ``LifecycleClass``."""

from datetime import datetime
from typing import Any

_RETENTION_YEARS = 10
_EMBARGO_YEARS = 3


def initial_lifecycle(now: datetime) -> dict[str, Any]:
    """Return the ``datasetlifecycle`` of a dataset that is created now."""
    return {
        "archivable": True,
        "retrievable": False,
        "publishable": False,
        "archiveRetentionTime": _years_on(now, _RETENTION_YEARS),
        "dateOfPublishing": _years_on(now, _EMBARGO_YEARS),
        "isOnCentralDisk": True,
        "archiveStatusMessage": "datasetCreated",
        "retrieveStatusMessage": "",
        "archiveReturnMessage": {},
        "retrieveReturnMessage": {},
        "retrieveIntegrityCheck": False,
    }


def _years_on(now: datetime, years: int) -> datetime:
    first_of_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first_of_month.replace(year=now.year + years)
