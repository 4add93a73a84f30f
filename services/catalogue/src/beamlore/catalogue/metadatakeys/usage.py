"""Which metadata keys a document uses, and for whom: what is counted."""

from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.answers import to_json
from beamlore.catalogue.database import Change, Document
from beamlore.catalogue.keys import sent_key

_METADATA = {
    "Dataset": "scientificMetadata",
    "Instrument": "customMetadata",
    "Proposal": "metadata",
    "Sample": "sampleCharacteristics",
}
"""By collection, the field whose keys SciCat lists."""


def shifts_of(change: Change) -> list[Document]:
    """Return what a change takes away from the counts and what it adds, in this order; nothing where it does neither.

    ``keys`` is the JSON of pairs: the key as it was sent, and its human-readable name.

    Scans that came by the ingestor are not counted: neither when they come nor when they go.
    """
    field = _METADATA.get(change.collection)
    if field is None:
        return []
    before, after = _usage(change.before, field), _usage(change.after, field)
    if before == after:
        return []
    if before is not None and after is not None and _readers(before) == _readers(after):
        stays = [pair for pair in before["keys"] if pair in after["keys"]]
        before = before | {"keys": [pair for pair in before["keys"] if pair not in stays]}
        after = after | {"keys": [pair for pair in after["keys"] if pair not in stays]}
    found = []
    for step, usage in ((-1, before), (1, after)):
        if usage is not None and usage["keys"]:
            # As text: it is written and read as one value, and the many that are the same are told by it.
            found.append({"source": change.collection, "step": step, **usage, "keys": to_json(usage["keys"]).decode()})
    return found


def _usage(document: Document | None, field: str) -> Document | None:
    if document is None or "sequence" in (document.get("beamlore") or {}):
        return None
    metadata = document.get(field)
    entries = metadata.items() if isinstance(metadata, Mapping) else ()
    groups = {group for group in (document.get("ownerGroup"), *_list(document.get("accessGroups"))) if group}
    return {
        "keys": [[sent_key(key), _name_of(entry)] for key, entry in entries],
        "groups": sorted(str(group) for group in groups),
        "published": document.get("isPublished") is True,
    }


def _readers(usage: Document) -> tuple[list[str], bool]:
    return usage["groups"], usage["published"]


def _name_of(entry: Any) -> str:
    name = entry.get("human_name") if isinstance(entry, Mapping) else None
    return name if isinstance(name, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
