"""The catalogue's way to its database."""

from beamlore.catalogue.database.repository import Document, GuardedRepository, Query, told_plainly, total_order
from beamlore.catalogue.database.store import Change, Store, Transactions, WriteAmender, WriteObserver, refusals
from beamlore.catalogue.database.writing import BulkOutcome, DurableBulk

__all__ = [
    "BulkOutcome",
    "Change",
    "Document",
    "DurableBulk",
    "GuardedRepository",
    "Query",
    "Store",
    "Transactions",
    "WriteAmender",
    "WriteObserver",
    "refusals",
    "told_plainly",
    "total_order",
]
