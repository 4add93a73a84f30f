"""The indexes of the inbox."""

from beamlore.core import index_migration
from beamlore.ingestor.inbox.models import InboxItem

INDEXES = index_migration(1, "indexes", {InboxItem.Settings.name: InboxItem.Settings.indexes})
