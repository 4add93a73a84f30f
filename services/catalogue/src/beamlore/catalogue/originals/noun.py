"""Datasets as they were sent, as a noun of the catalogue."""

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.originals import routes
from beamlore.catalogue.originals.service import OriginalService

ORIGINALS = Noun(routers=(routes.router,), build=OriginalService)
