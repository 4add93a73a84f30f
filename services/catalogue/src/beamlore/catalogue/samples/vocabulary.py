"""The fields of a sample. Source: SciCat's OpenAPI, ``SampleClass``."""

from beamlore.catalogue.filters.fields import Vocabulary, kinds_of

SAMPLES = Vocabulary(
    noun="sample",
    searchable=True,
    kinds=kinds_of(
        {
            "text": """
                _id sampleId owner sampleName description type proposalId parentSampleId version
                ownerGroup instrumentGroup createdBy updatedBy
            """,
            "date": "createdAt updatedAt",
            "flag": "isPublished",
            "list": "accessGroups",
            "object": "sampleCharacteristics",
        }
    ),
    former={"id": "_id"},
    nested=("sampleCharacteristics",),
    relations=frozenset({"datasets", "attachments"}),
    metadata="sampleCharacteristics",
)
