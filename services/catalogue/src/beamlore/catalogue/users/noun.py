"""The noun of users."""

from beamlore.catalogue.auth import oidc_routes
from beamlore.catalogue.auth import routes as auth_routes
from beamlore.catalogue.noun import Noun
from beamlore.catalogue.users import identities, routes, settings_routes
from beamlore.catalogue.users.collections import INDEXES
from beamlore.catalogue.users.service import UserService

USERS = Noun(
    routers=(auth_routes.router, oidc_routes.router, settings_routes.router, routes.router, identities.router),
    build=UserService,
    indexes=INDEXES,
    work=UserService.run,
)
