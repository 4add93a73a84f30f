"""What hangs on a dataset follows it when it changes hands or is published.

SciCat's backend copies who owns and who may see a dataset into its blocks when they are made, and leaves them so. Here
each of these fields follows, in the transaction that changes the dataset, where it stood as the dataset had it; what
was set apart stays. That a dataset is published is another matter: its files are published with it only where the
facility wants that. What is withdrawn is withdrawn from all.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.attachments.target import Target
from beamlore.catalogue.database import Change, Document

_DATASETS = "Dataset"
_BLOCKS = ("OrigDatablock", "Datablock")
_ATTACHMENTS = "Attachment"
_FOLLOWED = ("ownerGroup", "accessGroups", "instrumentGroup", "isPublished")
_NONE: Mapping[str, Any] = {"accessGroups": [], "isPublished": False}


class AccessFollower:
    """Is told of changed datasets, and changes their blocks and attachments."""

    def __init__(self, database: AsyncDatabase[Document], *, publishes: bool) -> None:
        """Make it.

        Args:
            database: of the catalogue.
            publishes: whether what hangs on a dataset is published with it.
        """
        self._database = database
        self._publishes = publishes

    async def wrote(self, session: AsyncClientSession, changes: Sequence[Change]) -> None:
        """Let blocks and attachments follow."""
        for change in changes:
            if change.collection != _DATASETS or change.before is None or change.after is None:
                continue
            pid = change.after["_id"]
            for was, update in _differences(change.before, change.after, publishes=self._publishes):
                for collection in _BLOCKS:
                    await self._database[collection].update_many({"datasetId": pid, **was}, update, session=session)
                hanging = {**Target("dataset", pid).matches(), **was}
                await self._database[_ATTACHMENTS].update_many(hanging, update, session=session)


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any], *, publishes: bool
) -> Iterator[tuple[Document, Document]]:
    """Return, for each access field that changed, the condition that it is as it was, and the update."""
    for name in _FOLLOWED:
        old, new = before.get(name, _NONE.get(name)), after.get(name, _NONE.get(name))
        if old == new or (name == "isPublished" and new and not publishes):
            continue
        as_it_was: Any = old if old else {"$in": [None, old]}
        yield {name: as_it_was}, {"$set": {name: new}, "$currentDate": {"updatedAt": True}}
