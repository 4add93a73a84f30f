"""From a stored dataset to a row of the scan log, metadata exactly as it was sent."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from beamlore.catalogue.access import ACCESS_FIELDS
from beamlore.catalogue.answers import milliseconds
from beamlore.catalogue.keys import sent_key, spellings
from beamlore.core import BadRequestError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS = (
    *ACCESS_FIELDS,
    "beamlore",
    "comment",
    "creationLocation",
    "dataQualityMetrics",
    "datasetName",
    "endTime",
    "instrumentIds",
    "numberOfFiles",
    "proposalIds",
    "runNumber",
    "sampleIds",
    "size",
    "sourceFolder",
    "startTime",
    "updatedAt",
)
_DERIVED_BY_SCICAT = ("valueSI", "unitSI")


def projection(columns: frozenset[str] | None) -> dict[str, int]:
    """Return the fields a row needs; ``columns`` as metadata keys, ``None`` for all.

    Raises:
        BadRequestError: a column cannot be a metadata key.
    """
    fields = dict.fromkeys(_FIELDS, 1)
    if columns is None:
        fields["scientificMetadata"] = 1
        return fields
    for key in columns:
        if not key or "\x00" in key:
            raise BadRequestError(f"columns: {key!r} cannot be a metadata key")
        roots = (spelling.partition(".")[0] for spelling in spellings(key))
        fields |= {f"scientificMetadata.{root}": 1 for root in roots if root and not root.startswith("$")}
    return fields


def version_of(document: Mapping[str, Any]) -> int:
    """Return a number that grows with every change of the document.

    The time of the change (MongoDB keeps milliseconds) leads, so that what a SciCat backend writes counts too;
    within a millisecond our own counter of writes goes on.
    """
    changed = milliseconds(document.get("updatedAt") or _EPOCH)
    return changed * 1000 + int((document.get("beamlore") or {}).get("revision") or 0) % 1000


def tag_of(scan: Mapping[str, Any]) -> str:
    """Return the ``ETag`` of a row: its version."""
    return f'"{scan["version"]}"'


def same_version(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the condition that a document is still in the version in which it was read."""
    revision = (document.get("beamlore") or {}).get("revision")
    return {"_id": document["_id"], "updatedAt": document.get("updatedAt"), "beamlore.revision": revision}


def scan_of(document: Mapping[str, Any], columns: frozenset[str] | None) -> dict[str, Any]:
    """Return the row of a dataset, with the metadata of these columns (``None``: all of it)."""
    own = document.get("beamlore") or {}
    row: dict[str, Any] = {
        "pid": document["_id"],
        "number": _number(own, document),
        "name": document.get("datasetName") or "",
        "beamline": _first(document.get("instrumentIds")) or document.get("creationLocation") or "",
        "proposal": _first(document.get("proposalIds")) or "",
        "command": own.get("command") or "",
        "start": document.get("startTime"),
        "end": document.get("endTime"),
        "state": own.get("state") or "finished",
        "points": own.get("points"),
        "pointsPlanned": own.get("pointsPlanned"),
        "comment": document.get("comment") or None,
        "rating": document.get("dataQualityMetrics") or None,
        "numberOfFiles": document.get("numberOfFiles") or 0,
        "size": document.get("size") or 0,
        "path": document.get("sourceFolder") or "",
        "sample": _first(document.get("sampleIds")),
        "updatedAt": document.get("updatedAt") or _EPOCH,
        "version": version_of(document),
        "clockAhead": own.get("clockAhead"),
        "sent": own.get("sent"),
        "sequence": own.get("sequence"),
        "traceparent": own.get("traceparent"),
        "metadata": metadata_of(document.get("scientificMetadata"), columns),
    }
    return {name: value for name, value in row.items() if value is not None}


def metadata_of(stored: object, columns: frozenset[str] | None) -> dict[str, Any]:
    """Return stored scientific metadata as it was sent, by key."""
    if not isinstance(stored, Mapping):
        return {}
    if columns is None:
        return {sent_key(key): _entry(value) for key, value in stored.items()}
    found = {}
    for key in columns:
        value, there = _look_up(stored, key)
        if there:
            found[key] = _entry(value)
    return found


def _look_up(stored: Mapping[str, Any], key: str) -> tuple[Any, bool]:
    for spelling in spellings(key):
        if spelling in stored and sent_key(spelling) == key:
            return stored[spelling], True
    here: Any = stored
    for part in key.split("."):
        if not isinstance(here, Mapping) or part not in here:
            return None, False
        here = here[part]
    return here, True


def _entry(stored: object) -> dict[str, Any]:
    if not isinstance(stored, Mapping):
        return {"value": stored}
    if "value" in stored or "v" in stored:
        entry = {name: value for name, value in stored.items() if name not in _DERIVED_BY_SCICAT}
        for short, long in (("v", "value"), ("u", "unit"), ("human_name", "name")):
            if short in entry:
                entry[long] = entry.pop(short)
        return entry
    return {"value": stored}


def _first(values: object) -> Any:
    return values[0] if isinstance(values, list) and values else None


def _number(own: Mapping[str, Any], document: Mapping[str, Any]) -> int | None:
    number = own.get("number")
    if number is None:
        text = str(document.get("runNumber") or "")
        return int(text) if text.isdecimal() and len(text) < 16 else None
    return int(number)
