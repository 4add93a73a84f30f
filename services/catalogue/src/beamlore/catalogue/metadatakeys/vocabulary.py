"""The fields of a metadata key. Source: SciCat's OpenAPI, ``OutputMetadataKeyDto``."""

from beamlore.catalogue.filters.fields import Vocabulary, kinds_of

METADATA_KEYS = Vocabulary(
    noun="metadata key",
    kinds=kinds_of(
        {
            "text": "_id id key humanReadableName sourceType createdBy updatedBy",
            "number": "usageCount",
            "date": "createdAt updatedAt",
            "flag": "isPublished",
            "list": "userGroups",
            "object": "userGroupCounts",
        }
    ),
)
