"""Withdrawals as a noun of the catalogue: only what the database needs for them."""

from beamlore.catalogue.noun import Noun
from beamlore.catalogue.withdrawals.repository import INDEXES

WITHDRAWALS = Noun(indexes=INDEXES)
