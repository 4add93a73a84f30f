"""When a dataset leaves somebody's page, and what has to be known of it to tell exactly those whose page that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId

from beamlore.catalogue.access import ACCESS_FIELDS

FOLLOWED = (*ACCESS_FIELDS, "startTime", "proposalIds", "instrumentIds")
"""Who may see a dataset, and what the filters of the live events look at."""

KEPT = timedelta(hours=1)
"""A reader who was away for longer loads the page again."""


@dataclass(frozen=True)
class Withdrawal:
    """A dataset as it was before a change that may have taken it from somebody, and after."""

    id: ObjectId
    pid: str
    at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any] | None
    """``None`` where it was deleted."""


def withdrawal_of(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what is noted of a change of a dataset; ``None`` where it takes nothing from anybody.

    Args:
        before: the dataset, with the fields in ``FOLLOWED``; ``None`` where it is new.
        after: the same after the change; ``None`` where it is deleted.
    """
    if before is None or (after is not None and all(before.get(name) == after.get(name) for name in FOLLOWED)):
        return None
    return {
        "_id": ObjectId(),
        "pid": before["_id"],
        "at": datetime.now(UTC),
        "before": _followed(before),
        "after": None if after is None else _followed(after),
    }


def _followed(dataset: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dataset[name] for name in FOLLOWED if name in dataset}
