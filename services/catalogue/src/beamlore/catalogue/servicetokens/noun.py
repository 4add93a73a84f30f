"""The noun of service tokens."""

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.servicetokens import routes
from beamlore.catalogue.servicetokens.service import INDEXES, ServiceTokens

SERVICE_TOKENS = Noun(routers=(routes.router,), build=ServiceTokens, indexes=INDEXES)
