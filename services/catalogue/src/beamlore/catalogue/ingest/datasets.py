"""Writes a batch's datasets in one transaction, with the entry in the log of changes that derived data follow."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, PyMongoError

from beamlore.catalogue.answers import milliseconds
from beamlore.catalogue.database import Change, Document, Transactions, WriteObserver
from beamlore.catalogue.derived import ChangeLog
from beamlore.catalogue.ingest.models import BatchItem, ItemResult, RawDataset
from beamlore.catalogue.ingest.update import (
    TOTALS_OF,
    closing_operation,
    dataset_operation,
    has_blocks_beside,
    new_dataset,
)
from beamlore.catalogue.parts.totals import Totals
from beamlore.contract import place
from beamlore.core import Phases, Principal, WriteScope, is_transient

_REMEMBERED = 50_000
_DUPLICATE_KEY = 11000
_LOOKED_AT = {
    "proposalIds": 1,
    "startTime": 1,
    "updatedBy": 1,
    **dict.fromkeys((f"beamlore.{name}" for name in ("clockAhead", "proposal", "sequence", "state")), 1),
    **TOTALS_OF,
}
SUPERSEDED = "a later word of the scan is catalogued already"
Upsert: TypeAlias = tuple[BatchItem, RawDataset]


class DatasetWriter:
    """Inserts what is new, updates what is older than the batch, closes what was interrupted."""

    def __init__(
        self,
        datasets: AsyncCollection[dict[str, Any]],
        transactions: Transactions,
        changes: ChangeLog,
        observers: Sequence[WriteObserver],
        totals: Totals,
        phases: Phases,
    ) -> None:
        """Prepare.

        Args:
            datasets: SciCat's ``Dataset`` collection.
            transactions: what writes are made in.
            changes: the log that derived data follow.
            observers: are told of what is changed after a scan was finished, or over what somebody else has written:
                all before that is the scan's recording, of which the dataset itself tells.
            totals: sums up the blocks of scans that have others beside their own.
            phases: measures.
        """
        self._datasets = datasets
        self._observers = tuple(observers)
        self._transactions = transactions
        self._changes = changes
        self._totals = totals
        self._phases = phases
        # Scans written before, most of which go on: only their first message is worth trying as an insert.
        self._met: OrderedDict[str, None] = OrderedDict()

    async def write(
        self,
        scope: WriteScope,
        principal: Principal,
        now: datetime,
        upserts: Sequence[Upsert],
        closings: Sequence[BatchItem],
    ) -> tuple[dict[str, ItemResult], list[str]]:
        """Write, and say what became of each item, by PID, and which datasets have blocks beside their scan's files.

        Raises:
            PyMongoError: the database does not take it.
        """
        known = {item.pid for item, _ in upserts if item.pid in self._met}

        async def attempt() -> tuple[dict[str, ItemResult], list[str]]:
            nonlocal known
            try:
                async with self._transactions.within(scope) as session:
                    results, beside = await self._in_transaction(session, principal, now, upserts, known)
                    results |= await self._close(session, principal.username, closings)
                    changed = [pid for pid, result in results.items() if result.outcome in ("created", "updated")]
                    await self._changes.note(session, changed)
            except PyMongoError:
                # Some are there that this process has not met: after a restart, or read again from the beginning.
                known = {item.pid for item, _ in upserts}
                raise
            return results, beside

        results, beside = await self._transactions.until_alone(
            attempt, lambda error: is_transient(error) or _met_others(error)
        )
        self._meet(item.pid for item, _ in upserts)
        return results, beside

    async def sum_up(self, principal: Principal, pids: Sequence[str]) -> None:
        """Make the sums of datasets again to which others have added blocks, once the scans' own files are written.

        Raises:
            UnavailableError: the database does not take it.
        """
        if not pids:
            return

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            return await self._totals.sum_again(session, principal, pids)

        await self._transactions.run(work)

    async def _in_transaction(
        self,
        session: AsyncClientSession,
        principal: Principal,
        now: datetime,
        upserts: Sequence[Upsert],
        known: set[str],
    ) -> tuple[dict[str, ItemResult], list[str]]:
        user = principal.username
        with self._phases("look_up"):
            stored = await self._stored(session, known)
        results: dict[str, ItemResult] = {}
        inserts: list[dict[str, Any]] = []
        updates: list[UpdateOne] = []
        retold: list[str] = []
        with self._phases("build"):
            for item, dataset in upserts:
                found = stored.get(item.pid)
                if found is None:
                    inserts.append(new_dataset(item, dataset, user, now))
                    results[item.pid] = ItemResult(item.pid, "created")
                elif not _is_recorded_for(found, item, dataset):
                    reason = "the PID belongs to a scan of another proposal"
                    results[item.pid] = ItemResult(item.pid, "rejected", reason)
                elif _is_older(found, item):
                    updates.append(dataset_operation(item, dataset, user, now, found))
                    results[item.pid] = ItemResult(item.pid, "updated")
                    if not _is_being_recorded(found, user):
                        retold.append(item.pid)
                else:
                    repeated = found["beamlore"]["sequence"] == item.sequence
                    results[item.pid] = ItemResult(item.pid, "unchanged", "" if repeated else SUPERSEDED)
        if inserts:
            with self._phases("insert_datasets"):
                await self._datasets.insert_many(inserts, ordered=False, session=session)
        if updates:
            before = await self._whole(session, retold)
            with self._phases("write_datasets"):
                await self._datasets.bulk_write(updates, ordered=False, session=session)
            await self._tell(session, principal, before)
        return results, [pid for pid, found in stored.items() if has_blocks_beside(found)]

    async def _tell(self, session: AsyncClientSession, principal: Principal, before: dict[str, Document]) -> None:
        if not before:
            return
        after = await self._whole(session, list(before))
        changes = [Change(self._datasets.name, "change", principal, before[pid], after[pid]) for pid in before]
        for observer in self._observers:
            await observer.wrote(session, changes)

    async def _whole(self, session: AsyncClientSession, pids: Sequence[str]) -> dict[str, Document]:
        if not pids:
            return {}
        found = self._datasets.find({"_id": {"$in": list(pids)}}, session=session)
        return {one["_id"]: one async for one in found}

    async def _stored(self, session: AsyncClientSession, pids: set[str]) -> dict[str, dict[str, Any]]:
        if not pids:
            return {}
        found = self._datasets.find(
            {"_id": {"$in": list(pids)}},
            _LOOKED_AT,
            batch_size=len(pids) + 1,
            session=session,
        )
        return {one["_id"]: one async for one in found}

    async def _close(
        self, session: AsyncClientSession, user: str, closings: Sequence[BatchItem]
    ) -> dict[str, ItemResult]:
        results = {}
        for item in closings:
            closed = await self._datasets.update_one(*closing_operation(item, user), session=session)
            results[item.pid] = ItemResult(item.pid, "updated" if closed.matched_count else "unchanged")
        return results

    def _meet(self, pids: Iterable[str]) -> None:
        for pid in pids:
            self._met[pid] = None
        while len(self._met) > _REMEMBERED:
            self._met.popitem(last=False)


def _is_recorded_for(found: dict[str, Any], item: BatchItem, dataset: RawDataset) -> bool:
    """Whether a stored scan was recorded for the item's proposal, to whichever it may have been moved since."""
    own = found.get("beamlore") or {}
    if own.get("proposal") is not None:
        return bool(own["proposal"] == item.proposal)
    # Written by an earlier version, or by somebody else.
    if item.proposal in (found.get("proposalIds") or ()):
        return True
    start = found.get("startTime")
    return (
        own.get("sequence") is not None
        and isinstance(start, datetime)
        and milliseconds(start) == milliseconds(dataset.start_time)
    )


def _met_others(error: Exception) -> bool:
    """Return whether a batch only failed because some of its datasets are there already."""
    return isinstance(error, BulkWriteError) and all(
        problem["code"] == _DUPLICATE_KEY for problem in error.details["writeErrors"]
    )


def _is_older(found: dict[str, Any], item: BatchItem) -> bool:
    own = found.get("beamlore") or {}
    sequence = own.get("sequence")
    return sequence is None or place(own.get("state", ""), sequence) < place(item.state, item.sequence)


def _is_being_recorded(found: dict[str, Any], user: str) -> bool:
    """Whether a scan goes on, and nobody else has changed its dataset since."""
    return found.get("updatedBy") == user and (found.get("beamlore") or {}).get("state") == "running"
