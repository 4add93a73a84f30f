"""SciCat's history as a noun of the catalogue."""

from beamlore.catalogue.history import routes
from beamlore.catalogue.history.service import INDEXES, HistoryService
from beamlore.catalogue.noun import Noun

HISTORY = Noun(routers=(routes.router,), build=HistoryService, indexes=INDEXES)
