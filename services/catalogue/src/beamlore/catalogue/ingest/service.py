"""Writes a batch and says what became of each item."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

from beamlore.catalogue.database import DurableBulk
from beamlore.catalogue.ingest.models import Batch, BatchAnswer, BatchDurability, BatchItem, ItemResult, RawDataset
from beamlore.catalogue.ingest.policies import PolicyKeeper
from beamlore.catalogue.ingest.proposals import ProposalKeeper
from beamlore.catalogue.ingest.update import (
    closing_operation,
    dataset_operation,
    files_operation,
    invalid_key,
    make_storable,
    new_dataset,
    new_files,
)
from beamlore.catalogue.scopes.tracker import ScopeTracker
from beamlore.contract import InvalidPidError, check_pid
from beamlore.core import DurableWriter, Phases, Principal, UnavailableError, UnprocessableError, WriteScope

log = structlog.get_logger(__name__)

_ATTEMPTS = 3
_REMEMBERED = 50_000
_Upsert = tuple[BatchItem, RawDataset]


class IngestService:
    """Writes batches: one bulk for the datasets, one more for the files of those that have some."""

    def __init__(
        self,
        datasets: AsyncCollection[dict[str, Any]],
        blocks: AsyncCollection[dict[str, Any]],
        proposals: ProposalKeeper,
        policies: PolicyKeeper,
        scopes: ScopeTracker,
        writer: DurableWriter,
        phases: Phases,
    ) -> None:
        self._datasets = datasets
        self._dataset_bulk = DurableBulk(datasets)
        self._block_bulk = DurableBulk(blocks)
        self._proposals = proposals
        self._policies = policies
        self._scopes = scopes
        self._writer = writer
        self.phases = phases
        # Scans written before, most of which go on: only their first message is worth trying as an insert.
        self._met: OrderedDict[str, None] = OrderedDict()

    async def write(self, principal: Principal, batch: Batch) -> BatchAnswer:
        """Write the batch.

        Raises:
            UnprocessableError: a PID stands twice in it.
            UnavailableError: the database does not answer; the batch may be written again as it is.
        """
        results = _checked(batch.items)
        accepted = [item for item in batch.items if item.pid not in results]
        try:
            async with self._writer.write() as scope:
                await self._write(scope, principal, accepted, results)
        except PyMongoError as error:
            log.warning("batch not written", items=len(batch.items), error=str(error))
            raise UnavailableError("the database does not answer; write the batch again in a moment") from error
        return BatchAnswer(
            BatchDurability(scope.durability.level, scope.durability.term), [results[item.pid] for item in batch.items]
        )

    async def _write(
        self, scope: WriteScope, principal: Principal, items: Sequence[BatchItem], results: dict[str, ItemResult]
    ) -> None:
        now, user = datetime.now(UTC), principal.username
        for item in items:
            make_storable(item.metadata)
            if item.state == "interrupted":
                closed = await self._dataset_bulk.update_one(scope, *closing_operation(item, user))
                results[item.pid] = ItemResult(item.pid, "updated" if closed else "unchanged")
        upserts = [(item, item.dataset) for item in items if item.dataset is not None and item.pid not in results]
        with self.phases("keep_keys"):
            await self._proposals.keep(scope, user, items)
            await self._policies.keep(scope, principal, (dataset for _, dataset in upserts))
            await self._scopes.note(scope, (_as_stored(item, dataset) for item, dataset in upserts))
        await self._upsert_datasets(scope, user, now, upserts, results)
        new = [one for one in upserts if results[one[0].pid].outcome == "created"]
        with self.phases("keep_keys"):
            await self._proposals.count(scope, (dataset.proposal_ids or [item.proposal] for item, dataset in new))
        with self.phases("write_files"):
            await self._write_files(scope, user, now, [one for one in upserts if one[0].files], results)

    async def _write_files(
        self,
        scope: WriteScope,
        user: str,
        now: datetime,
        upserts: Sequence[_Upsert],
        results: dict[str, ItemResult],
    ) -> None:
        """Write the files of datasets that were not rejected: insert those of new ones, upsert the rest."""
        new = [one for one in upserts if results[one[0].pid].outcome == "created"]
        stored = [one for one in upserts if results[one[0].pid].outcome in ("updated", "unchanged")]
        inserted = await self._block_bulk.insert(scope, [new_files(*one, user, now) for one in new])
        left = [new[position] for position in inserted.refused] + stored
        await self._block_bulk.write(scope, [files_operation(*one, user, now) for one in left])

    async def _upsert_datasets(
        self,
        scope: WriteScope,
        user: str,
        now: datetime,
        upserts: Sequence[_Upsert],
        results: dict[str, ItemResult],
    ) -> None:
        waiting = await self._insert_new(scope, user, now, upserts, results)
        for _ in range(_ATTEMPTS):
            if not waiting:
                return
            with self.phases("build"):
                operations: list[UpdateOne] = [dataset_operation(item, dataset, user, now) for item, dataset in waiting]
            with self.phases("write_datasets"):
                outcome = await self._dataset_bulk.write(scope, operations)
            refused = frozenset(outcome.refused)
            for position, (item, _dataset) in enumerate(waiting):
                if position not in refused:
                    results[item.pid] = ItemResult(item.pid, "created" if position in outcome.created else "updated")
            with self.phases("look_up"):
                waiting = await self._explain([waiting[position] for position in outcome.refused], results)
        if waiting:
            raise UnavailableError("others write the same scans at the same moment; write the batch again")

    async def _insert_new(
        self,
        scope: WriteScope,
        user: str,
        now: datetime,
        upserts: Sequence[_Upsert],
        results: dict[str, ItemResult],
    ) -> list[_Upsert]:
        """Insert the scans this process has not met yet; return those that are stored already, and those it has met."""
        new = [(item, dataset) for item, dataset in upserts if item.pid not in self._met]
        met = [(item, dataset) for item, dataset in upserts if item.pid in self._met]
        with self.phases("build"):
            documents = [new_dataset(item, dataset, user, now) for item, dataset in new]
        with self.phases("insert_datasets"):
            outcome = await self._dataset_bulk.insert(scope, documents)
        for position in outcome.created:
            pid = new[position][0].pid
            results[pid] = ItemResult(pid, "created")
        for item, _ in new:
            self._met[item.pid] = None
        while len(self._met) > _REMEMBERED:
            self._met.popitem(last=False)
        return met + [new[position] for position in outcome.refused]

    async def _explain(self, refused: Sequence[_Upsert], results: dict[str, ItemResult]) -> list[_Upsert]:
        """Say why upserts were refused; return those that lost a race with another first write and go again."""
        if not refused:
            return []
        pids = [item.pid for item, _ in refused]
        stored = {
            one["_id"]: one
            async for one in self._datasets.find({"_id": {"$in": pids}}, {"proposalIds": 1, "beamlore.sequence": 1})
        }
        again = []
        for item, dataset in refused:
            found = stored.get(item.pid)
            if found is None or _would_match(item, found):
                again.append((item, dataset))
            elif item.proposal in (found.get("proposalIds") or ()):
                results[item.pid] = ItemResult(item.pid, "unchanged")
            else:
                results[item.pid] = ItemResult(item.pid, "rejected", "the PID belongs to a scan of another proposal")
        return again


def _checked(items: Sequence[BatchItem]) -> dict[str, ItemResult]:
    """Return the rejections of items that cannot be stored, by PID."""
    if len({item.pid for item in items}) != len(items):
        raise UnprocessableError("a PID stands twice in the batch; send one item for each PID")
    reasons = ((item.pid, _why_not(item)) for item in items)
    return {pid: ItemResult(pid, "rejected", reason) for pid, reason in reasons if reason}


def _why_not(item: BatchItem) -> str:
    try:
        check_pid(item.pid)
    except InvalidPidError as error:
        return str(error)
    if item.dataset is None and item.state != "interrupted":
        return "the item has no dataset"
    if item.dataset is not None and item.dataset.proposal_ids and item.proposal not in item.dataset.proposal_ids:
        return "the dataset's proposalIds do not contain the item's proposal"
    if (key := invalid_key(item.metadata)) is not None:
        return f"the metadata key {key[:80]!r} may not begin with '$' or contain '.' or NUL"
    return ""


def _would_match(item: BatchItem, found: dict[str, Any]) -> bool:
    sequence = (found.get("beamlore") or {}).get("sequence")
    return item.proposal in (found.get("proposalIds") or ()) and (sequence is None or sequence < item.sequence)


def _as_stored(item: BatchItem, dataset: RawDataset) -> dict[str, Any]:
    """Return of a dataset what its scope is made of."""
    return {
        "ownerGroup": dataset.owner_group,
        "accessGroups": dataset.access_groups,
        "instrumentGroup": dataset.instrument_group,
        "isPublished": dataset.is_published,
        "sharedWith": [],
        "proposalIds": dataset.proposal_ids or [item.proposal],
        "instrumentIds": dataset.instrument_ids,
        "scientificMetadata": item.metadata,
    }
