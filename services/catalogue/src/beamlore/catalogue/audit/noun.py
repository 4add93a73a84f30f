"""The audit as a noun of the catalogue."""

from beamlore.catalogue.audit import routes
from beamlore.catalogue.audit.service import INDEXES, AuditService
from beamlore.catalogue.noun import Noun

AUDIT = Noun(routers=(routes.router,), build=AuditService, indexes=INDEXES)
