"""The fields of a dataset a filter may name. Source: SciCat's OpenAPI, ``DatasetClass`` and ``LifecycleClass``."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from beamlore.catalogue.filters.errors import FilterError
from beamlore.catalogue.names import names

Kind: TypeAlias = Literal["text", "number", "date", "flag", "list", "object", "any"]

_PART = re.compile(r"[^$.\x00][^.\x00]*")
_PATH_LENGTH = 512
_PATH_DEPTH = 8
_HIDDEN = "beamlore"

_NAMES_BY_KIND: dict[Kind, str] = {
    "text": """
        _id owner ownerEmail orcidOfOwner contactEmail sourceFolder sourceFolderHost type validationStatus description
        datasetName classification license version ownerGroup instrumentGroup createdBy updatedBy comment
        creationLocation dataFormat runNumber jobLogData scientificMetadataSchema
        datasetlifecycle.archiveStatusMessage datasetlifecycle.retrieveStatusMessage
    """,
    "number": "size packedSize numberOfFiles numberOfFilesArchived dataQualityMetrics",
    "date": """
        creationTime startTime endTime createdAt updatedAt datasetlifecycle.dateOfDiskPurging
        datasetlifecycle.archiveRetentionTime datasetlifecycle.dateOfPublishing datasetlifecycle.publishedOn
    """,
    "flag": """
        isPublished scientificMetadataValid datasetlifecycle.archivable datasetlifecycle.retrievable
        datasetlifecycle.publishable datasetlifecycle.isOnCentralDisk datasetlifecycle.retrieveIntegrityCheck
    """,
    "list": """
        accessGroups sharedWith keywords principalInvestigators proposalIds sampleIds instrumentIds inputDatasets
        usedSoftware techniques relationships history
    """,
    "object": "scientificMetadata jobParameters datasetlifecycle",
}
_KINDS: dict[str, Kind] = {name: kind for kind, text in _NAMES_BY_KIND.items() for name in names(text)}

_FORMER_NAMES = {
    "pid": "_id",
    "id": "_id",
    "proposalId": "proposalIds",
    "sampleId": "sampleIds",
    "instrumentId": "instrumentIds",
    "principalInvestigator": "principalInvestigators",
    "investigator": "principalInvestigators",
}
NESTED = ("scientificMetadata", "jobParameters", "datasetlifecycle", "techniques", "relationships", "history")


@dataclass(frozen=True)
class Field:
    """A stored field: its path and what kind of values it holds."""

    path: str
    kind: Kind


def field_of(name: str, at: str, *, strict: bool) -> Field:
    """Return the field a caller names.

    Args:
        name: as the caller writes it; names of SciCat's v3 are understood.
        at: the place in the filter, for errors.
        strict: whether a field no dataset has is refused (v4) or simply matches nothing (v3).

    Raises:
        FilterError: it cannot be a field's name, or is not one.
    """
    parts = name.split(".")
    if len(name) > _PATH_LENGTH or len(parts) > _PATH_DEPTH or not all(_PART.fullmatch(part) for part in parts):
        raise FilterError(at, f"{name[:80]!r} cannot be the name of a field")
    if parts[0] == _HIDDEN:
        raise FilterError(at, f"{name[:80]!r} is not a field of a dataset")
    path = ".".join([_FORMER_NAMES.get(parts[0], parts[0]), *parts[1:]])
    kind = _KINDS.get(path)
    if kind is None:
        known = parts[0] in NESTED and len(parts) > 1
        if strict and not known:
            raise FilterError(at, f"{name[:80]!r} is not a field of a dataset")
        kind = "any"
    return Field(path, kind)


def cast(field: Field, value: Any, at: str) -> Any:
    """Return a scalar as the field stores it: dates from ISO 8601, numbers and flags also from text.

    Raises:
        FilterError: it cannot be such a value.
    """
    if value is None:
        return None
    if field.kind == "date":
        return parse_date(value, at)
    if field.kind == "number" and isinstance(value, str):
        try:
            return float(value) if "." in value or "e" in value.lower() else int(value)
        except ValueError as error:
            raise FilterError(at, f"{value[:40]!r} is not a number") from error
    if field.kind == "flag" and isinstance(value, str):
        if value.lower() not in ("true", "false"):
            raise FilterError(at, f"{value[:40]!r} is neither true nor false")
        return value.lower() == "true"
    return value


def parse_date(value: object, at: str) -> datetime:
    """Return the moment of an ISO 8601 text (without a zone: UTC) or of milliseconds since the epoch.

    Raises:
        FilterError: it is neither.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        moment = datetime.fromisoformat(str(value).strip())
    except (ValueError, OverflowError, OSError) as error:
        raise FilterError(at, f"{str(value)[:40]!r} is not a date; write it as 2026-01-31T12:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
