"""The indexes the queries need, and why each of them."""

from pymongo import ASCENDING, DESCENDING, TEXT, IndexModel

from beamlore.catalogue.names import names
from beamlore.catalogue.nouns import NOUNS

_NEWEST = [("startTime", DESCENDING), ("_id", DESCENDING)]
_DATASETS = [
    # The scan log of who sees everything, and any time frame.
    IndexModel(_NEWEST, name="beamlore_newest"),
    # One for each way of being allowed to see, so that a page is a merge of walks in order. Most datasets are neither
    # shared nor published: the last three hold only those that are.
    IndexModel([("ownerGroup", ASCENDING), *_NEWEST], name="beamlore_owner"),
    IndexModel([("instrumentGroup", ASCENDING), *_NEWEST], name="beamlore_instrument_group"),
    IndexModel(
        [("accessGroups", ASCENDING), *_NEWEST],
        name="beamlore_access",
        partialFilterExpression={"accessGroups": {"$gt": ""}},
    ),
    IndexModel(
        [("sharedWith", ASCENDING), *_NEWEST],
        name="beamlore_shared",
        partialFilterExpression={"sharedWith": {"$gt": ""}},
    ),
    IndexModel(
        [("isPublished", ASCENDING), *_NEWEST],
        name="beamlore_published",
        partialFilterExpression={"isPublished": True},
    ),
    # The scan log's filters, for who sees much and looks for little.
    IndexModel([("proposalIds", ASCENDING), *_NEWEST], name="beamlore_proposal"),
    IndexModel([("instrumentIds", ASCENDING), *_NEWEST], name="beamlore_beamline"),
    # Live events while no majority confirms writes, and readers who come back.
    IndexModel([("updatedAt", ASCENDING)], name="beamlore_updated"),
    # The order of v4's lists where none is asked for.
    IndexModel([("createdAt", DESCENDING), ("_id", DESCENDING)], name="beamlore_created_newest"),
    # The few scans that run, among all: asked for again and again by who closes those of which no word comes.
    IndexModel(
        _NEWEST,
        name="beamlore_running_newest",
        partialFilterExpression={"beamlore.state": "running"},
    ),
]
# Nothing asks it any more: kept for the former version, which does until an upgrade is complete.
_WORDS = IndexModel(
    [
        (field, TEXT)
        for field in names(
            "datasetName description comment owner principalInvestigators keywords proposalIds sampleIds instrumentIds "
            "creationLocation sourceFolder"
        )
    ],
    name="beamlore_words",
    default_language="none",
)
# A dataset's files are found by the dataset.
_BLOCKS = [IndexModel([("datasetId", ASCENDING)], name="beamlore_dataset")]
# The scopes a principal may see, and those of a proposal or beamline.
_SCOPES = [
    IndexModel([("ownerGroup", ASCENDING)], name="owner"),
    IndexModel([("instrumentGroup", ASCENDING)], name="instrument_group"),
    IndexModel([("proposalIds", ASCENDING)], name="proposal"),
]
_PROPOSALS = [IndexModel([("proposalId", ASCENDING)], name="beamlore_proposal")]


def indexes() -> dict[str, list[IndexModel]]:
    """Return all of them, by collection."""
    found: dict[str, list[IndexModel]] = {
        "Dataset": [*_DATASETS, _WORDS],
        "OrigDatablock": [*_BLOCKS],
        "beamlore_scopes": [*_SCOPES],
        "Proposal": [*_PROPOSALS],
    }
    for noun in NOUNS:
        for collection, models in noun.indexes.items():
            found.setdefault(collection, []).extend(models)
    return found
