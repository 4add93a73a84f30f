"""Between v3's flat fields of published data and what is stored, which is v4's.

Source: SciCat's OpenAPI, ``PublishedDataObsoleteDto`` and ``PublishedData``; DataCite's metadata schema 4.6.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from beamlore.catalogue.database import Document
from beamlore.catalogue.keys import as_sent
from beamlore.catalogue.names import names
from beamlore.catalogue.publisheddata.models import AMENDED, PRIVATE, REGISTERED

PATHS: Mapping[str, tuple[str, ...]] = {
    "pidArray": ("datasetPids",),
    "creator": ("metadata", "creators", "name"),
    "authors": ("metadata", "contributors", "name"),
    "publisher": ("metadata", "publisher", "name"),
    "relatedPublications": ("metadata", "relatedIdentifiers", "relatedIdentifier"),
    **{
        name: ("metadata", name)
        for name in names(
            "affiliation publicationYear url dataDescription resourceType numberOfFiles sizeOfArchive scicatUser "
            "thumbnail downloadLink"
        )
    },
}
"""Where v3's fields are stored; the others are stored under their own name."""

_LISTS = frozenset({"creator", "authors", "relatedPublications"})
_SHOWN = (*PATHS, *names("_id doi title abstract registeredTime createdAt updatedAt"))
FORMER_REGISTERED = "registered"
FORMER_PENDING = "pending_registration"


def as_v4(document: Document) -> Document:
    """Return stored published data as v4 shows it. Changes and returns the document."""
    document.pop("beamlore", None)
    if isinstance(document.get("metadata"), dict):
        document["metadata"] = as_sent(document["metadata"])
    return document


def as_v3(document: Document) -> Document:
    """Return stored published data as v3 shows it: flat, and with one of two states."""
    current = as_v4(document)
    shown = {name: value for name in _SHOWN if (value := _former(current, name)) is not None}
    done = current.get("status") in (REGISTERED, AMENDED)
    return {**shown, "status": FORMER_REGISTERED if done else FORMER_PENDING}


def to_v4(fields: Mapping[str, Any], stored: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return v3's fields as they are stored.

    Args:
        fields: those that were given.
        stored: the published data they change: what v3 does not know of its metadata is kept.
    """
    current: dict[str, Any] = {}
    metadata: dict[str, Any] = dict((stored or {}).get("metadata") or {})
    for name, value in fields.items():
        path = PATHS.get(name, (name,))
        if name == "status":
            current["status"] = REGISTERED if value == FORMER_REGISTERED else PRIVATE
        elif path[0] != "metadata":
            current[path[0]] = value
        elif len(path) == 2:
            metadata[path[1]] = value
        elif name in _LISTS:
            metadata[path[1]] = _named(metadata.get(path[1]), path[2], value)
        else:
            metadata[path[1]] = {**_object(metadata.get(path[1])), path[2]: value}
    if metadata:
        current["metadata"] = metadata
    return current


def _former(document: Mapping[str, Any], name: str) -> Any:
    # What an older SciCat backend stored is flat as it is.
    if document.get(name):
        return document[name]
    path = PATHS.get(name, (name,))
    value: Any = document
    for part in path[:-1] if name in _LISTS else path:
        value = value.get(part) if isinstance(value, Mapping) else None
    if name not in _LISTS:
        return value
    return [_object(one).get(path[-1]) for one in value] if isinstance(value, list) else None


def _named(stored: object, key: str, values: Sequence[str]) -> list[dict[str, Any]]:
    """Return objects of these names; one that is stored keeps what else is known of it."""
    known = {one.get(key): one for one in stored if isinstance(one, Mapping)} if isinstance(stored, list) else {}
    return [dict(known.get(value, {key: value})) for value in values]


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
