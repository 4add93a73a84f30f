"""SciCat's events as a noun of the catalogue."""

from beamlore.catalogue.events import routes
from beamlore.catalogue.noun import Noun

EVENTS = Noun(routers=(routes.router,))
