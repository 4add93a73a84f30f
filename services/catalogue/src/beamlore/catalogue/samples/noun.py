"""Samples as a noun of the catalogue."""

from pymongo import DESCENDING, TEXT, IndexModel

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.samples import routes, routes_attachments
from beamlore.catalogue.samples.service import COLLECTION, SampleService

_INDEXES = [
    IndexModel([("sampleId", 1)], name="beamlore_sample"),
    # Ways of being allowed to see.
    IndexModel([("ownerGroup", 1)], name="beamlore_owner"),
    IndexModel([("accessGroups", 1)], name="beamlore_access"),
    # The samples of a proposal.
    IndexModel([("proposalId", 1)], name="beamlore_proposal"),
    # The newest first, as frontends list them.
    IndexModel([("createdAt", DESCENDING), ("_id", DESCENDING)], name="beamlore_newest"),
    # Words anywhere. A field called `language` is no instruction to the index.
    IndexModel([("$**", TEXT)], name="beamlore_words", default_language="none", language_override="beamlore_language"),
]

SAMPLES = Noun(routers=(routes.router, routes_attachments.router), build=SampleService, indexes={COLLECTION: _INDEXES})
