"""Exports as a noun of the catalogue."""

from beamlore.catalogue.exports import routes
from beamlore.catalogue.exports.service import ExportService
from beamlore.catalogue.noun import Noun

EXPORTS = Noun(routers=(routes.router,), build=ExportService)
