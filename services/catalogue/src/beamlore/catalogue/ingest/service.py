"""Writes a batch and says what became of each item."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from pymongo.asynchronous.collection import AsyncCollection

from beamlore.catalogue.database import DurableBulk, refusals
from beamlore.catalogue.ingest.datasets import SUPERSEDED, DatasetWriter, Upsert
from beamlore.catalogue.ingest.models import Batch, BatchAnswer, BatchDurability, BatchItem, ItemResult, RawDataset
from beamlore.catalogue.ingest.policies import PolicyKeeper
from beamlore.catalogue.ingest.proposals import ProposalKeeper
from beamlore.catalogue.ingest.update import (
    files_operation,
    invalid_key,
    make_storable,
    new_files,
)
from beamlore.catalogue.measures import batch_items
from beamlore.catalogue.scopes.tracker import ScopeTracker
from beamlore.contract import InvalidPidError, check_pid
from beamlore.core import (
    DurableWriter,
    Phases,
    Principal,
    UnavailableError,
    UnprocessableError,
    WriteScope,
    begin_span,
)

log = structlog.get_logger(__name__)


class IngestService:
    """Writes batches: one transaction for the datasets, one bulk for the files of those that have some."""

    def __init__(
        self,
        datasets: DatasetWriter,
        blocks: AsyncCollection[dict[str, Any]],
        proposals: ProposalKeeper,
        policies: PolicyKeeper,
        scopes: ScopeTracker,
        writer: DurableWriter,
        phases: Phases,
    ) -> None:
        self._datasets = datasets
        self._block_bulk = DurableBulk(blocks)
        self._proposals = proposals
        self._policies = policies
        self._scopes = scopes
        self._writer = writer
        self.phases = phases

    async def write(self, principal: Principal, batch: Batch) -> BatchAnswer:
        """Write the batch.

        Raises:
            UnprocessableError: a PID stands twice in it.
            UnavailableError: the database does not answer; the batch may be written again as it is.
        """
        batch_items.observe(len(batch.items))
        results = _checked(batch.items)
        accepted = [item for item in batch.items if item.pid not in results]
        try:
            with refusals():
                async with self._writer.write() as scope:
                    await self._write(scope, principal, accepted, results)
        except UnavailableError as error:
            log.warning("batch not written", items=len(batch.items), error=str(error.__cause__ or error))
            raise
        return BatchAnswer(
            BatchDurability(scope.durability.level, scope.durability.term), [results[item.pid] for item in batch.items]
        )

    async def _write(
        self, scope: WriteScope, principal: Principal, items: Sequence[BatchItem], results: dict[str, ItemResult]
    ) -> None:
        now, user = datetime.now(UTC), principal.username
        for item in items:
            make_storable(item.metadata)
        closings = [item for item in items if item.state == "interrupted"]
        upserts = [(item, item.dataset) for item in items if item.dataset is not None and item.state != "interrupted"]
        with self.phases("keep_keys"):
            await self._proposals.keep(scope, user, items)
            await self._policies.keep(scope, principal, (dataset for _, dataset in upserts))
            await self._scopes.note(scope, (_as_stored(item, dataset) for item, dataset in upserts))
        spans = [begin_span("write dataset", item.traceparent, {"beamlore.pid": item.pid}) for item in items]
        written, beside = await self._datasets.write(scope, principal, now, upserts, closings)
        results |= written
        for item, span in zip(items, spans, strict=True):
            if span is not None:
                span.set_attribute("beamlore.outcome", results[item.pid].outcome)
                span.end()
        new = [one for one in upserts if results[one[0].pid].outcome == "created"]
        with self.phases("keep_keys"):
            await self._proposals.count(scope, (dataset.proposal_ids or [item.proposal] for item, dataset in new))
        with self.phases("write_files"):
            await self._write_files(scope, user, now, [one for one in upserts if one[0].files], results)
            await self._datasets.sum_up(principal, beside)

    async def _write_files(
        self,
        scope: WriteScope,
        user: str,
        now: datetime,
        upserts: Sequence[Upsert],
        results: dict[str, ItemResult],
    ) -> None:
        """Write the files of datasets that were not rejected: insert those of new ones, upsert the rest."""
        new = [one for one in upserts if results[one[0].pid].outcome == "created"]
        results_of = ((one, results[one[0].pid]) for one in upserts)
        # What changes nothing may be the repetition of what broke off before its files were written.
        stored = [
            one
            for one, result in results_of
            if result.outcome == "updated" or (result.outcome == "unchanged" and result.reason != SUPERSEDED)
        ]
        inserted = await self._block_bulk.insert(scope, [new_files(*one, user, now) for one in new])
        left = [new[position] for position in inserted.refused] + stored
        await self._block_bulk.write(scope, [files_operation(*one, user, now) for one in left])


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
