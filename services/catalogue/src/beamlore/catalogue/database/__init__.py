"""The catalogue's database: how it is reached, guarded and indexed."""

from beamlore.catalogue.database.repository import GuardedRepository, Query
from beamlore.catalogue.database.writing import BulkOutcome, DurableBulk

__all__ = ["BulkOutcome", "DurableBulk", "GuardedRepository", "Query"]
