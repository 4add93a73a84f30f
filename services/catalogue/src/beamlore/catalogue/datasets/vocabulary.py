"""The fields of a dataset. Source: SciCat's OpenAPI, ``DatasetClass`` and ``LifecycleClass``."""

from beamlore.catalogue.attachments.vocabulary import ATTACHMENTS
from beamlore.catalogue.filters.fields import Vocabulary, kinds_of
from beamlore.catalogue.instruments.vocabulary import INSTRUMENTS
from beamlore.catalogue.origdatablocks.vocabulary import ORIG_DATABLOCKS
from beamlore.catalogue.proposals.vocabulary import PROPOSALS
from beamlore.catalogue.samples.vocabulary import SAMPLES

_RELATED = {
    "attachments": ATTACHMENTS,
    "datablocks": ORIG_DATABLOCKS,
    "instruments": INSTRUMENTS,
    "origdatablocks": ORIG_DATABLOCKS,
    "proposals": PROPOSALS,
    "samples": SAMPLES,
}

DATASETS = Vocabulary(
    noun="dataset",
    searchable=True,
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
    relations=frozenset(_RELATED),
    related=_RELATED,
    metadata="scientificMetadata",
)
