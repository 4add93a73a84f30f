"""The noun of what frontends are told."""

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.runtimeconfig import routes
from beamlore.catalogue.runtimeconfig.service import INDEXES, RuntimeConfigService

RUNTIME_CONFIG = Noun(
    routers=(routes.router,), build=RuntimeConfigService, indexes=INDEXES, work=RuntimeConfigService.run
)
