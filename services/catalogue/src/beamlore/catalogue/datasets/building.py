"""What a whole dataset is made of: what was given, and what SciCat's datasets have beside it."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId

from beamlore.catalogue.database import Document
from beamlore.catalogue.datasets.conversion import to_current, without_si
from beamlore.catalogue.lifecycle import initial_lifecycle
from beamlore.catalogue.names import names
from beamlore.contract import safe_folder
from beamlore.core import Principal

_LISTS = names(
    "accessGroups sharedWith keywords techniques relationships principalInvestigators proposalIds sampleIds "
    "instrumentIds inputDatasets usedSoftware"
)
_FOLDERS = names("sourceFolder")
_COUNTS = names("size packedSize numberOfFiles numberOfFilesArchived")


def new_dataset(principal: Principal, fields: Mapping[str, Any], version: str, pid_prefix: str) -> Document:
    """Return the document of a new dataset.

    Args:
        principal: who creates it.
        fields: what they gave.
        version: of the interface it was given by, `3` or `4`.
        pid_prefix: what a PID begins with, where none is given.
    """
    now = datetime.now(UTC)
    pid = fields.get("pid") or f"{pid_prefix}/{uuid.uuid4()}"
    return {
        "_id": pid,
        **whole_dataset(fields, now),
        "pid": pid,
        "version": version,
        "createdBy": principal.username,
        "updatedBy": principal.username,
        "createdAt": now,
        "updatedAt": now,
        "__v": 0,
        "beamlore": {"revision": 1},
    }


def whole_dataset(fields: Mapping[str, Any], now: datetime) -> Document:
    """Return fields with what a dataset has where they do not say. Source: SciCat's OpenAPI, the defaults there."""
    given = stored_fields(fields)
    whole: Document = {name: [] for name in _LISTS} | dict.fromkeys(_COUNTS, 0)
    whole |= {"isPublished": False, "scientificMetadata": {}, **given}
    whole["datasetlifecycle"] = _lifecycle(now) | (given.get("datasetlifecycle") or {})
    return whole


def _lifecycle(now: datetime) -> dict[str, Any]:
    """Return the life cycle a dataset begins with on SciCat's routes, which give it an identifier and these dates."""
    began = initial_lifecycle(now)
    del began["archiveReturnMessage"], began["retrieveReturnMessage"]
    return began | {"_id": ObjectId(), "dateOfDiskPurging": now, "publishedOn": now}


def stored_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as they are stored."""
    stored = to_current(fields)
    if isinstance(stored.get("scientificMetadata"), dict):
        stored["scientificMetadata"] = without_si(stored["scientificMetadata"])
    for name in _FOLDERS:
        if isinstance(stored.get(name), str):
            stored[name] = safe_folder(stored[name])
    return stored
