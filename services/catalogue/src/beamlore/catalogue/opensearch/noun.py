"""OpenSearch's routes as a noun of the catalogue."""

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.opensearch import routes

OPENSEARCH = Noun(routers=(routes.router,))
