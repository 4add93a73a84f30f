"""How proposals are shown."""

from beamlore.catalogue.database import Document
from beamlore.catalogue.keys import as_sent


def as_v3(document: Document) -> Document:
    """Return a stored proposal as v3 shows it. Changes and returns the document."""
    if "metadata" in document:
        document["metadata"] = as_sent(document["metadata"])
    if "_id" in document:
        document["id"] = document["_id"]
    return document
