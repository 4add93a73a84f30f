"""Keeps ``numberOfDatasets`` of proposals, which SciCat's pages show."""

from collections import Counter

from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.database import Document, DurableBulk
from beamlore.core import DurableWriter


class ProposalCounts:
    """Counts datasets in and out of proposals.

    Not in the dataset's own transaction: all datasets of a running experiment share one proposal, and would wait for
    each other there.
    """

    def __init__(self, database: AsyncDatabase[Document], writer: DurableWriter) -> None:
        self._bulk = DurableBulk(database["Proposal"])
        self._writer = writer

    async def moved(self, before: object, after: object) -> None:
        """Note that a dataset's ``proposalIds`` were one list and are another."""
        change = Counter(_texts(after))
        change.subtract(_texts(before))
        operations = [
            UpdateOne({"proposalId": proposal}, {"$inc": {"numberOfDatasets": step}})
            for proposal, step in change.items()
            if step and proposal
        ]
        if operations:
            async with self._writer.write() as scope:
                await self._bulk.write(scope, operations)


def _texts(value: object) -> set[str]:
    return {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()
