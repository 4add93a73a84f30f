"""Derived data: what is counted once, when a dataset changes, instead of at every page.

See docs/explanation/decisions/0022-derived-data-follow-a-log-of-changes.md.
"""

from beamlore.catalogue.derived.keeper import Keeper
from beamlore.catalogue.derived.log import ChangeLog
from beamlore.catalogue.derived.observer import DatasetObserver
from beamlore.catalogue.derived.service import Derived

__all__ = ["ChangeLog", "DatasetObserver", "Derived", "Keeper"]
