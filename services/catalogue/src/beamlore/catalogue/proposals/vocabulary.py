"""The fields of a proposal. Source: SciCat's OpenAPI, ``ProposalClass``."""

from beamlore.catalogue.filters.fields import Vocabulary, kinds_of
from beamlore.catalogue.samples.vocabulary import SAMPLES

PROPOSALS = Vocabulary(
    noun="proposal",
    searchable=True,
    kinds=kinds_of(
        {
            "text": """
                _id proposalId pi_email pi_firstname pi_lastname email firstname lastname title abstract type
                parentProposalId ownerGroup instrumentGroup createdBy updatedBy
            """,
            "number": "numberOfDatasets",
            "date": """
                startTime endTime createdAt updatedAt MeasurementPeriodList.start MeasurementPeriodList.end
            """,
            "flag": "isPublished",
            "list": "accessGroups instrumentIds MeasurementPeriodList",
            "object": "metadata",
        }
    ),
    former={"id": "_id"},
    nested=("metadata", "MeasurementPeriodList"),
    relations=frozenset({"samples"}),
    related={"samples": SAMPLES},
    metadata="metadata",
)
