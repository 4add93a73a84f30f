"""From a batch's item to the operations that write it.

An operation matches its dataset only while what is stored stands before it in the scan's story and was recorded for the
same proposal; where the dataset exists and does not match, the upsert meets its identifier and is refused. So nothing
is read before it is written, and writing an item again changes nothing.

``updatedAt`` is the primary's time of the write, not ours of the request: whoever follows changes by it must not
meet one that is older than what it has already passed.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo import UpdateOne

from beamlore.catalogue.ingest.models import BatchItem, Metadata, RawDataset
from beamlore.catalogue.lifecycle import initial_lifecycle
from beamlore.contract import ENDS, safe_folder, safe_path

_BLOCKS = uuid.UUID("4b6f0a52-8c57-4b0e-9d3c-0a1f8e7d2c64")
STORED_VERSION = "v4"
TOTALS_OF = {"beamlore.files": 1, "beamlore.summed": 1}
"""What is read of a stored dataset to tell what its totals are made of."""
_LEFT_OUT_WHERE_EMPTY = frozenset({"unit", "human_name", "source", "group"})


def new_dataset(item: BatchItem, dataset: RawDataset, user: str, now: datetime) -> dict[str, Any]:
    """Return the document of a scan that is not stored yet. Inserting one costs half of upserting it."""
    document = {"_id": item.pid, **_stored(item, dataset, user), **_first_only(item, dataset, user, now)}
    document["scientificMetadata"] = item.metadata
    document["updatedAt"] = now
    document["beamlore"] = {**_own(item), "heardAt": now, "revision": 1}
    return document


def dataset_operation(
    item: BatchItem, dataset: RawDataset, user: str, now: datetime, found: Mapping[str, Any]
) -> UpdateOne:
    """Return the upsert of an item's dataset.

    Args:
        item: what is new.
        dataset: its fields.
        user: who writes.
        now: when.
        found: what is stored: whoever moved the scan to another proposal has the last word, and where the first message
            came when the instrument's clock was ahead, the time at which it came stays.
    """
    stored = _stored(item, dataset, user)
    if item.proposal not in (found.get("proposalIds") or ()):
        del stored["proposalIds"]
    if item.clock_ahead is not None or "clockAhead" in (found.get("beamlore") or {}):
        del stored["startTime"], stored["creationTime"]
    if not item.files and ((found.get("beamlore") or {}).get("files") or has_blocks_beside(found)):
        # Its totals are the sums of blocks that this message does not change.
        del stored["size"], stored["numberOfFiles"]
    for name, value in _own(item).items():
        stored[f"beamlore.{name}"] = value
    first = _first_only(item, dataset, user, now)
    if item.metadata_complete:
        stored["scientificMetadata"] = item.metadata
    elif item.metadata:
        for key, entry in item.metadata.items():
            stored[f"scientificMetadata.{key}"] = entry
    else:
        first["scientificMetadata"] = {}
    return UpdateOne(
        {
            "_id": item.pid,
            "$and": [_before(item), {"$or": [{"beamlore.proposal": item.proposal}, {"beamlore.proposal": None}]}],
        },
        {
            "$set": stored,
            "$setOnInsert": first,
            "$inc": {"beamlore.revision": 1},
            "$currentDate": {"updatedAt": True, "beamlore.heardAt": True},
        },
        upsert=True,
    )


def has_blocks_beside(found: Mapping[str, Any]) -> bool:
    """Return whether others have added blocks to a scan's dataset beside the one of its own files."""
    return bool(((found.get("beamlore") or {}).get("summed") or {}).get("OrigDatablock"))


def new_files(item: BatchItem, dataset: RawDataset, user: str, now: datetime) -> dict[str, Any]:
    """Return the OrigDatablock of a scan that is not stored yet. Inserting one costs half of upserting it."""
    return {
        "_id": block_id(item.pid),
        **_listed(item, dataset, user),
        **_first_of_files(item, dataset, user, now),
        "updatedAt": now,
        "beamlore": {"sequence": item.sequence, "state": item.state},
    }


def files_operation(item: BatchItem, dataset: RawDataset, user: str, now: datetime) -> UpdateOne:
    """Return the upsert of the one OrigDatablock that lists all files of an item's dataset."""
    return UpdateOne(
        {"_id": block_id(item.pid), **_before(item)},
        {
            "$set": {**_listed(item, dataset, user), "beamlore.sequence": item.sequence, "beamlore.state": item.state},
            "$currentDate": {"updatedAt": True},
            "$setOnInsert": _first_of_files(item, dataset, user, now),
        },
        upsert=True,
    )


def closing_operation(item: BatchItem, user: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return filter and update that close a scan as interrupted, if nothing was heard of it meanwhile."""
    where = {
        "_id": item.pid,
        "proposalIds": item.proposal,
        "beamlore.sequence": item.sequence,
        "beamlore.state": "running",
    }
    return where, {
        "$set": {"beamlore.state": item.state, "updatedBy": user},
        "$inc": {"beamlore.revision": 1},
        "$currentDate": {"updatedAt": True},
    }


def block_id(pid: str) -> str:
    """Return the identifier of the OrigDatablock that belongs to a scan."""
    return str(uuid.uuid5(_BLOCKS, pid))


def make_storable(metadata: Mapping[str, Metadata]) -> None:
    """Bring entries into the form SciCat's frontend knows: ``human_name`` for the name, nothing empty.

    In place: they were decoded for this batch alone, and copying forty of them costs more than decoding them.
    """
    for decoded in metadata.values():
        entry: dict[str, Any] = decoded  # type: ignore[assignment]
        if "name" in entry:
            entry["human_name"] = entry.pop("name")
        for optional in _LEFT_OUT_WHERE_EMPTY.intersection(entry):
            if not entry[optional]:
                del entry[optional]
        if "available" in entry:
            if entry["available"]:
                del entry["available"]
            else:
                entry.setdefault("reason", "")
                entry.setdefault("value", None)


def invalid_key(metadata: Mapping[str, object]) -> str | None:
    """Return a metadata key that MongoDB cannot hold as a field's name, ``None`` where all can be."""
    for key in metadata:
        if "." in key or key[0] == "$" or "\x00" in key:
            return key
    return None


def _before(item: BatchItem) -> dict[str, Any]:
    """Return the condition on what is stored that it stands before the item in the scan's story (`place`)."""
    earlier = {"beamlore.sequence": {"$not": {"$gte": item.sequence}}}
    not_ended = {"beamlore.state": {"$nin": list(ENDS)}}
    return {"$or": [earlier, not_ended]} if item.state in ENDS else {**earlier, **not_ended}


def _listed(item: BatchItem, dataset: RawDataset, user: str) -> dict[str, Any]:
    return {
        "size": sum(file.size for file in item.files),
        "dataFileList": [
            {"path": safe_path(file.path, dataset.source_folder), "size": file.size, "time": file.time}
            for file in item.files
        ],
        "updatedBy": user,
    }


def _first_of_files(item: BatchItem, dataset: RawDataset, user: str, now: datetime) -> dict[str, Any]:
    return {
        "datasetId": item.pid,
        "ownerGroup": dataset.owner_group,
        "accessGroups": dataset.access_groups,
        "instrumentGroup": dataset.instrument_group,
        "isPublished": dataset.is_published,
        "createdAt": now,
        "createdBy": user,
    }


def _stored(item: BatchItem, dataset: RawDataset, user: str) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "type": dataset.type,
        "owner": dataset.owner,
        "contactEmail": dataset.contact_email,
        "sourceFolder": safe_folder(dataset.source_folder),
        "creationTime": dataset.creation_time,
        "startTime": dataset.start_time,
        "creationLocation": dataset.creation_location,
        "datasetName": dataset.dataset_name,
        "principalInvestigators": dataset.principal_investigators,
        "proposalIds": dataset.proposal_ids or [item.proposal],
        "instrumentIds": dataset.instrument_ids,
        "sampleIds": dataset.sample_ids,
        "size": sum(file.size for file in item.files) if item.files else dataset.size,
        "numberOfFiles": len(item.files) or dataset.number_of_files,
        "updatedBy": user,
    }
    for name, value in (
        ("endTime", dataset.end_time),
        ("ownerEmail", dataset.owner_email),
        ("orcidOfOwner", dataset.orcid_of_owner),
        ("runNumber", dataset.run_number),
        ("dataFormat", dataset.data_format),
    ):
        if value is not None:
            stored[name] = value
    return stored


def _own(item: BatchItem) -> dict[str, Any]:
    """Return what Beamlore keeps beside SciCat's fields."""
    own: dict[str, Any] = {
        "sequence": item.sequence,
        "state": item.state,
        "command": item.command,
        "proposal": item.proposal,
    }
    if item.files:
        own["files"] = True
    for name, value in (
        ("points", item.points),
        ("pointsPlanned", item.points_planned),
        ("sent", item.sent),
        ("number", item.number),
        ("clockAhead", item.clock_ahead),
        ("traceparent", item.traceparent),
    ):
        if value is not None:
            own[name] = value
    return own


def _first_only(item: BatchItem, dataset: RawDataset, user: str, now: datetime) -> dict[str, Any]:
    """Return what only the first message of a scan sets: who may see it, and what people edit afterwards."""
    first: dict[str, Any] = {
        "pid": item.pid,
        "ownerGroup": dataset.owner_group,
        "accessGroups": dataset.access_groups,
        "isPublished": dataset.is_published,
        "sharedWith": [],
        "keywords": dataset.keywords,
        "techniques": dataset.techniques,
        "relationships": [],
        "packedSize": 0,
        "numberOfFilesArchived": 0,
        "version": STORED_VERSION,
        "datasetlifecycle": initial_lifecycle(now),
        "createdAt": now,
        "createdBy": user,
    }
    if dataset.instrument_group is not None:
        first["instrumentGroup"] = dataset.instrument_group
    if dataset.description is not None:
        first["description"] = dataset.description
    return first
