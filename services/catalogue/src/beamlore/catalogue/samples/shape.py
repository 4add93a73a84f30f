"""How samples are shown."""

from beamlore.catalogue.database import Document
from beamlore.catalogue.datasets.conversion import add_si
from beamlore.catalogue.keys import as_sent


def as_v3(document: Document) -> Document:
    """Return a stored sample as v3 shows it: characteristics under the keys that were sent, SI values beside them.

    Changes and returns the document.
    """
    characteristics = document.get("sampleCharacteristics")
    if isinstance(characteristics, dict):
        shown = as_sent(characteristics)
        add_si(shown)
        document["sampleCharacteristics"] = shown
    return document
