"""Keeps what the user office says of proposals in SciCat's ``Proposal`` collection."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from beamlore.catalogue.database import DurableBulk
from beamlore.catalogue.ingest.models import BatchItem, ProposalDetails
from beamlore.catalogue.proposals.models import new_proposal
from beamlore.core import WriteScope

_REMEMBERED = 20_000


class ProposalKeeper:
    """Writes a proposal when a scan brings details that this process has not written before."""

    def __init__(self, collection: AsyncCollection[dict[str, Any]]) -> None:
        self._bulk = DurableBulk(collection)
        self._written: dict[str, ProposalDetails] = {}

    async def keep(self, scope: WriteScope, user: str, items: Iterable[BatchItem]) -> None:
        """Write the proposals of these items whose details are new."""
        fresh: dict[str, BatchItem] = {}
        for item in items:
            details = item.proposal_details
            if details is not None and self._written.get(item.proposal) != details:
                fresh[item.proposal] = item
        if not fresh:
            return
        now = datetime.now(UTC)
        await self._bulk.write(
            scope,
            [_operation(item, item.proposal_details, user, now) for item in fresh.values() if item.proposal_details],
        )
        if scope.level != "majority":
            return  # a new primary may not have it: write it again with the next scan
        if len(self._written) > _REMEMBERED:
            self._written.clear()
        for proposal, item in fresh.items():
            if item.proposal_details is not None:
                self._written[proposal] = item.proposal_details

    async def count(self, scope: WriteScope, created: Iterable[Sequence[str]]) -> None:
        """Count new datasets into their proposals; given are the proposals of each."""
        counts = Counter(proposal for proposals in created for proposal in set(proposals))
        await self._bulk.write(
            scope,
            [
                UpdateOne({"proposalId": proposal}, {"$inc": {"numberOfDatasets": datasets}})
                for proposal, datasets in counts.items()
            ],
        )


def _operation(item: BatchItem, details: ProposalDetails, user: str, now: datetime) -> UpdateOne:
    said: dict[str, Any] = {
        "title": details.title,
        "abstract": details.abstract,
        "pi_lastname": details.pi_name,
        "pi_email": details.pi_email,
        "email": details.pi_email,
        "startTime": details.start,
        "endTime": details.end,
    }
    # What the user office does not say may have been written by others.
    stored = {name: value for name, value in said.items() if value} | {"updatedBy": user, "updatedAt": now}
    owner = item.dataset.owner_group if item.dataset is not None else ""
    return UpdateOne(
        {"_id": item.proposal},
        {
            "$set": stored,
            "$setOnInsert": {
                **new_proposal(item.proposal),
                "ownerGroup": owner,
                "createdBy": user,
                "createdAt": now,
            },
        },
        upsert=True,
    )
