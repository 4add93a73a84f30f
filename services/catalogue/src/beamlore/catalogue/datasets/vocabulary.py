"""The fields of a dataset. Source: SciCat's OpenAPI, ``DatasetClass`` and ``LifecycleClass``."""

from beamlore.catalogue.filters.fields import Vocabulary, kinds_of

DATASETS = Vocabulary(
    noun="dataset",
    kinds=kinds_of(
        {
            "text": """
                _id owner ownerEmail orcidOfOwner contactEmail sourceFolder sourceFolderHost type validationStatus
                description datasetName classification license version ownerGroup instrumentGroup createdBy updatedBy
                comment creationLocation dataFormat runNumber jobLogData scientificMetadataSchema
                datasetlifecycle.archiveStatusMessage datasetlifecycle.retrieveStatusMessage
            """,
            "number": "size packedSize numberOfFiles numberOfFilesArchived dataQualityMetrics",
            "date": """
                creationTime startTime endTime createdAt updatedAt datasetlifecycle.dateOfDiskPurging
                datasetlifecycle.archiveRetentionTime datasetlifecycle.dateOfPublishing datasetlifecycle.publishedOn
            """,
            "flag": """
                isPublished scientificMetadataValid datasetlifecycle.archivable datasetlifecycle.retrievable
                datasetlifecycle.publishable datasetlifecycle.isOnCentralDisk datasetlifecycle.retrieveIntegrityCheck
            """,
            "list": """
                accessGroups sharedWith keywords principalInvestigators proposalIds sampleIds instrumentIds
                inputDatasets usedSoftware techniques relationships history
            """,
            "object": "scientificMetadata jobParameters datasetlifecycle",
        }
    ),
    former={
        "pid": "_id",
        "id": "_id",
        "proposalId": "proposalIds",
        "sampleId": "sampleIds",
        "instrumentId": "instrumentIds",
        "principalInvestigator": "principalInvestigators",
        "investigator": "principalInvestigators",
    },
    nested=("scientificMetadata", "jobParameters", "datasetlifecycle", "techniques", "relationships", "history"),
    relations=frozenset({"instruments", "proposals", "origdatablocks", "datablocks", "attachments", "samples"}),
    metadata="scientificMetadata",
)
