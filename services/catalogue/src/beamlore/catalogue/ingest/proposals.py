"""Keeps what the user office says of proposals in SciCat's ``Proposal`` collection."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from beamlore.catalogue.database import DurableBulk
from beamlore.catalogue.ingest.models import BatchItem, ProposalDetails
from beamlore.core import WriteScope

_REMEMBERED = 20_000


class ProposalKeeper:
    """Writes a proposal when a scan brings details that this process has not written before."""

    def __init__(self, collection: AsyncCollection[dict[str, Any]]) -> None:
        self._bulk = DurableBulk(collection)
        self._written: dict[str, ProposalDetails] = {}

    async def keep(self, scope: WriteScope, items: Iterable[BatchItem]) -> None:
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
            scope, [_operation(item, item.proposal_details, now) for item in fresh.values() if item.proposal_details]
        )
        if scope.level != "majority":
            return  # a new primary may not have it: write it again with the next scan
        if len(self._written) > _REMEMBERED:
            self._written.clear()
        for proposal, item in fresh.items():
            if item.proposal_details is not None:
                self._written[proposal] = item.proposal_details


def _operation(item: BatchItem, details: ProposalDetails, now: datetime) -> UpdateOne:
    stored = {
        "title": details.title,
        "abstract": details.abstract,
        "pi_lastname": details.pi_name,
        "pi_email": details.pi_email,
        "email": details.pi_email,
        "updatedAt": now,
    }
    if details.start is not None:
        stored["startTime"] = details.start
    if details.end is not None:
        stored["endTime"] = details.end
    owner = item.dataset.owner_group if item.dataset is not None else ""
    return UpdateOne(
        {"_id": item.proposal},
        {
            "$set": stored,
            "$setOnInsert": {
                "proposalId": item.proposal,
                "ownerGroup": owner,
                "accessGroups": [],
                "isPublished": False,
                "createdAt": now,
            },
        },
        upsert=True,
    )
