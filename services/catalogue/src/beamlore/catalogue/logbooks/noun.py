"""Logbooks as a noun of the catalogue."""

from beamlore.catalogue.logbooks import routes
from beamlore.catalogue.logbooks.service import LogbookService
from beamlore.catalogue.noun import Noun

LOGBOOKS = Noun(
    routers=(routes.router, routes.datasets_v3, routes.datasets_v4), build=LogbookService, work=LogbookService.run
)
