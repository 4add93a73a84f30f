"""The indexes, as the nouns declare them."""

from beamlore.catalogue.database.indexes import indexes
from beamlore.core import index_migration

INDEXES = index_migration(1, "indexes", indexes())
