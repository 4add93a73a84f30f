"""The fields of an instrument. Source: SciCat's OpenAPI, ``Instrument``."""

from beamlore.catalogue.filters.fields import Vocabulary, kinds_of

INSTRUMENTS = Vocabulary(
    noun="instrument",
    kinds=kinds_of(
        {
            "text": "_id pid uniqueName name createdBy updatedBy",
            "date": "createdAt updatedAt",
            "object": "customMetadata",
        }
    ),
    former={"id": "_id"},
    nested=("customMetadata",),
    metadata="customMetadata",
)
