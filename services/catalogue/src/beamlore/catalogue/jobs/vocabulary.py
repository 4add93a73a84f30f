"""The fields of a job. Source: SciCat's OpenAPI, ``JobClass`` and ``OutputJobV3Dto``."""

from dataclasses import replace

from beamlore.catalogue.filters.fields import Vocabulary, kinds_of

RELATIONS = ("datasets", "datasetDetails")
"""What a job can be shown with: its datasets, and those with their blocks and attachments."""

JOBS = Vocabulary(
    noun="job",
    searchable=True,
    kinds=kinds_of(
        {
            "text": """
                _id id type statusCode statusMessage ownerUser ownerGroup instrumentGroup contactEmail configVersion
                createdBy updatedBy
            """,
            "date": "createdAt updatedAt",
            "flag": "isPublished",
            "list": "accessGroups",
            "object": "jobParams jobResultObject",
            "any": "jobParams.datasetList jobParams.executionTime",
        }
    ),
    nested=("jobParams", "jobResultObject"),
    relations=frozenset(RELATIONS),
)

FORMER_JOBS = replace(
    JOBS,
    former={
        "emailJobInitiator": "contactEmail",
        "creationTime": "createdAt",
        "jobStatusMessage": "statusCode",
        "executionTime": "jobParams.executionTime",
        "jobParams.username": "ownerUser",
        "datasetList": "jobParams.datasetList",
    },
)
"""The same for v3, whose jobs have other names for some fields."""
