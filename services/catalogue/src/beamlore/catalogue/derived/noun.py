"""Derived data as a noun: its indexes and what keeps it."""

from beamlore.catalogue.derived.keeper import Keeper
from beamlore.catalogue.derived.repository import INDEXES
from beamlore.catalogue.noun import Ground, Noun


def _keeper(ground: Ground) -> Keeper:
    return Keeper(ground.client, ground.database, ground.derived, ground.settings.derived_reconcile_seconds)


DERIVED = Noun(build=_keeper, indexes=INDEXES, work=Keeper.run)
