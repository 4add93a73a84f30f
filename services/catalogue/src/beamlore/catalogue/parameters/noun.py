"""Parameters as a noun of the catalogue."""

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.parameters import routes
from beamlore.catalogue.parameters.service import ParameterService

PARAMETERS = Noun(routers=(routes.router,), build=ParameterService)
