"""OrigDatablocks as a noun of the catalogue."""

from pymongo import DESCENDING, IndexModel

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.origdatablocks import routes_dataset, routes_public, routes_v3, routes_v4
from beamlore.catalogue.origdatablocks.service import COLLECTION, OrigDatablockService

# The order of lists where none is asked for; times only grow, so keeping it costs little.
_INDEXES = [IndexModel([("createdAt", DESCENDING), ("_id", DESCENDING)], name="beamlore_newest")]

ORIG_DATABLOCKS = Noun(
    routers=(routes_v3.router, routes_public.router, routes_v4.router, routes_dataset.router),
    build=OrigDatablockService,
    indexes={COLLECTION: _INDEXES},
)
