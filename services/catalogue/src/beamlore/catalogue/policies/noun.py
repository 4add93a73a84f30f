"""Policies as a noun of the catalogue."""

from pymongo import IndexModel

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.policies import routes
from beamlore.catalogue.policies.defaults import COLLECTION
from beamlore.catalogue.policies.service import PolicyService

# Looked up with each new dataset.
_INDEXES = [IndexModel([("ownerGroup", 1)], name="beamlore_owner")]

POLICIES = Noun(routers=(routes.router,), build=PolicyService, indexes={COLLECTION: _INDEXES})
