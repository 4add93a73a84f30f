"""The fields of published data. Source: SciCat's OpenAPI, ``PublishedData`` and ``PublishedDataObsoleteDto``."""

from dataclasses import replace

from beamlore.catalogue.filters.fields import Vocabulary, kinds_of
from beamlore.catalogue.publisheddata.conversion import PATHS

PUBLISHED_DATA = Vocabulary(
    noun="published data",
    searchable=True,
    kinds=kinds_of(
        {
            "text": "_id doi pid title abstract status createdBy updatedBy",
            "number": "numberOfFiles sizeOfArchive metadata.publicationYear",
            "date": "registeredTime createdAt updatedAt",
            "list": "datasetPids",
            "object": "metadata",
        }
    ),
    nested=("metadata",),
)
FORMER_PUBLISHED_DATA = replace(PUBLISHED_DATA, former={name: ".".join(path) for name, path in PATHS.items()})
"""With v3's names: SciCat's mapping of them into ``metadata``."""
