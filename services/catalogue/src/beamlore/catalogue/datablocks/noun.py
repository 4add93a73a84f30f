"""Datablocks as a noun of the catalogue."""

from pymongo import ASCENDING, IndexModel

from beamlore.catalogue.datablocks import routes, routes_dataset
from beamlore.catalogue.datablocks.service import COLLECTION, DatablockService
from beamlore.catalogue.noun import Noun

_INDEXES = [
    # The archived files of a dataset.
    IndexModel([("datasetId", ASCENDING)], name="beamlore_dataset"),
    # What the archive calls a block, it calls no other so.
    IndexModel([("archiveId", ASCENDING)], name="beamlore_archive", unique=True, sparse=True),
]

DATABLOCKS = Noun(
    routers=(routes.router, routes_dataset.router), build=DatablockService, indexes={COLLECTION: _INDEXES}
)
