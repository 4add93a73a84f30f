"""Instruments as a noun of the catalogue."""

from pymongo import IndexModel

from beamlore.catalogue.instruments import routes
from beamlore.catalogue.instruments.service import COLLECTION, InstrumentService
from beamlore.catalogue.noun import Noun

_INDEXES = [
    # As SciCat's backend makes them: no two instruments have the same name, also when both come at once.
    IndexModel([("uniqueName", 1)], name="uniqueName_1", unique=True),
    IndexModel([("pid", 1)], name="pid_1", unique=True),
]

INSTRUMENTS = Noun(routers=(routes.router,), build=InstrumentService, indexes={COLLECTION: _INDEXES})
