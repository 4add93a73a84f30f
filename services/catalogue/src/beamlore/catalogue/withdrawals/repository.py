"""Notes withdrawals in the transaction that makes them, and reads them.

Only the datasets' state *before* a change says whose page it was on, and neither a change stream (without pre-images)
nor a look at ``updatedAt`` has it. The notes are read from the primary, so they come while no majority is there too.
"""

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from beamlore.catalogue.database import Change, Document
from beamlore.catalogue.withdrawals.models import KEPT, Withdrawal, withdrawal_of

COLLECTION = "beamlore_withdrawals"
INDEXES = {COLLECTION: [IndexModel([("at", ASCENDING)], expireAfterSeconds=round(KEPT.total_seconds()))]}
_DATASETS = "Dataset"


class WithdrawalNotes:
    """Is told of changed datasets, and notes those that leave somebody's page."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._notes = database[COLLECTION]

    async def wrote(self, session: AsyncClientSession, changes: Sequence[Change]) -> None:
        """Note withdrawals."""
        await self.note(session, [(one.before, one.after) for one in changes if one.collection == _DATASETS])

    async def note(
        self, session: AsyncClientSession, changed: Sequence[tuple[Document | None, Document | None]]
    ) -> None:
        """Note the withdrawals among changes, each the dataset before and after it."""
        found = [one for before, after in changed if (one := withdrawal_of(before, after)) is not None]
        if found:
            await self._notes.insert_many(found, session=session)


class Withdrawals:
    """Reads the notes; they leave the process only for readers who could see the dataset before."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._notes = database[COLLECTION]

    async def since(self, moment: datetime, limit: int) -> list[Withdrawal]:
        """Return the withdrawals noted at a moment or later, the oldest first.

        Raises:
            PyMongoError: the database does not answer.
        """
        found = self._notes.find({"at": {"$gte": moment}}, sort=[("at", 1), ("_id", 1)], limit=limit, batch_size=limit)
        return [Withdrawal(one["_id"], one["pid"], one["at"], one["before"], one["after"]) async for one in found]
