"""The activity as a noun of the catalogue."""

from beamlore.catalogue.activity import routes
from beamlore.catalogue.activity.service import ActivityService
from beamlore.catalogue.noun import Noun

ACTIVITY = Noun(routers=(routes.router,), build=ActivityService)
