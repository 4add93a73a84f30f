"""The indexes of changes."""

from beamlore.configurator.changes.models import Change
from beamlore.core import index_migration

INDEXES = index_migration(1, "indexes", {Change.Settings.name: Change.Settings.indexes})
