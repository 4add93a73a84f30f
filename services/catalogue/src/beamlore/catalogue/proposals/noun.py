"""Proposals as a noun of the catalogue."""

from pymongo import DESCENDING, TEXT, IndexModel

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.proposals import routes, routes_attachments
from beamlore.catalogue.proposals.service import COLLECTION, ProposalService

_INDEXES = [
    # `proposalId` has its index from the ingest. Ways of being allowed to see.
    IndexModel([("ownerGroup", 1)], name="beamlore_owner"),
    IndexModel([("accessGroups", 1)], name="beamlore_access"),
    # Proposals under another one.
    IndexModel([("parentProposalId", 1)], name="beamlore_parent"),
    # The newest first, as frontends list them.
    IndexModel([("createdAt", DESCENDING), ("_id", DESCENDING)], name="beamlore_newest"),
    # Words anywhere. A field called `language` is no instruction to the index.
    IndexModel([("$**", TEXT)], name="beamlore_words", default_language="none", language_override="beamlore_language"),
]

PROPOSALS = Noun(
    routers=(routes.router, routes_attachments.router),
    build=ProposalService,
    indexes={COLLECTION: _INDEXES},
    work=ProposalService.run,
)
