"""Tells the log of changes what SciCat's routes and our own write."""

from collections.abc import Sequence

from pymongo.asynchronous.client_session import AsyncClientSession

from beamlore.catalogue.database import Change
from beamlore.catalogue.derived.log import ChangeLog

DATASETS = "Dataset"


class DatasetObserver:
    """The observer that notes changed datasets, in the transaction of the change."""

    def __init__(self, log: ChangeLog) -> None:
        self._log = log

    async def wrote(self, session: AsyncClientSession, changes: Sequence[Change]) -> None:
        """Note which datasets change."""
        pids = {
            document["_id"]
            for change in changes
            if change.collection == DATASETS
            for document in (change.before, change.after)
            if document is not None
        }
        await self._log.note(session, sorted(pids))
