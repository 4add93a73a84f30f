"""Who may read SciCat's history. Source: SciCat's ``HISTORY_ACCESS_…_GROUPS``."""

from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.access import EVERYTHING, NOTHING
from beamlore.catalogue.settings import Settings
from beamlore.core import Principal


class HistoryRights:
    """Administrators read all of it, others the collections that their groups are named for."""

    def __init__(self, settings: Settings) -> None:
        self._groups: Mapping[str, frozenset[str]] = {
            collection: frozenset(groups)
            for collection, groups in (
                ("Attachment", settings.history_access_attachment_groups),
                ("Datablock", settings.history_access_datablock_groups),
                ("Dataset", settings.history_access_dataset_groups),
                ("Instrument", settings.history_access_instrument_groups),
                ("Policy", settings.history_access_policies_groups),
                ("Proposal", settings.history_access_proposal_groups),
                ("PublishedData", settings.history_access_published_data_groups),
                ("Sample", settings.history_access_sample_groups),
            )
        }

    @property
    def collections(self) -> frozenset[str]:
        """The collections whose history can be asked for by name."""
        return frozenset(self._groups)

    def collections_of(self, principal: Principal) -> frozenset[str]:
        """Return the collections whose history the principal may read."""
        if not principal.is_authenticated:
            return frozenset()
        if principal.is_admin:
            return self.collections
        return frozenset(name for name, groups in self._groups.items() if principal.has(*groups))

    def readable(self, principal: Principal) -> dict[str, Any]:
        """Return the predicate of the records the principal may see."""
        if principal.is_authenticated and principal.is_admin:
            return EVERYTHING
        return {"subsystem": {"$in": sorted(self.collections_of(principal))}}

    def writable(self, principal: Principal) -> dict[str, Any]:
        """Return nothing: records are written by the catalogue alone, and stay as they are."""
        return NOTHING

    def deletable(self, principal: Principal) -> dict[str, Any]:
        """Return nothing, as for writing."""
        return NOTHING
