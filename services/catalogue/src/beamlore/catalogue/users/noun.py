"""The noun of users."""

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.users.collections import INDEXES
from beamlore.catalogue.users.service import UserService

USERS = Noun(build=UserService, indexes=INDEXES, work=UserService.run)
