"""Attachments as a noun of the catalogue."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from beamlore.catalogue.attachments import routes, routes_dataset
from beamlore.catalogue.attachments.service import COLLECTION, AttachmentService
from beamlore.catalogue.noun import Noun

_INDEXES = [
    # What hangs on a dataset, proposal or sample.
    IndexModel([("relationships.targetId", ASCENDING)], name="beamlore_target"),
    # The order of lists where none is asked for.
    IndexModel([("createdAt", DESCENDING), ("_id", DESCENDING)], name="beamlore_newest"),
]

ATTACHMENTS = Noun(
    routers=(routes.router, routes_dataset.router), build=AttachmentService, indexes={COLLECTION: _INDEXES}
)
