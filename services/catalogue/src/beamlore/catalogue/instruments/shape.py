"""How instruments are shown."""

from beamlore.catalogue.database import Document
from beamlore.catalogue.datasets.conversion import add_si
from beamlore.catalogue.keys import as_sent


def as_v3(document: Document) -> Document:
    """Return a stored instrument as v3 shows it: metadata under the keys that were sent, SI values beside them.

    Changes and returns the document.
    """
    metadata = document.get("customMetadata")
    if isinstance(metadata, dict):
        shown = as_sent(metadata)
        add_si(shown)
        document["customMetadata"] = shown
    if "_id" in document:
        document["id"] = document["_id"]
    return document
