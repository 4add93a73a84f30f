"""What is known of a dataset that somebody is about to publish."""

from collections.abc import Sequence
from typing import Any

from beamlore.catalogue.access import Rights
from beamlore.catalogue.database import Document, GuardedRepository, Query
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.noun import Ground
from beamlore.core import NotFoundError, Principal


class FormService:
    """Fills the form for new published data from what the principal may see."""

    def __init__(self, ground: Ground) -> None:
        def guarded(collection: str, rights: Rights) -> GuardedRepository:
            return GuardedRepository(ground.database[collection], rights, ground.settings.query_seconds)

        self._datasets = guarded("Dataset", DatasetRights(ground.policy, ground.settings))
        self._proposals = guarded("Proposal", ground.policy.unshared)
        self._attachments = guarded("Attachment", ground.policy)

    async def populated(self, principal: Principal, pids: Sequence[str]) -> dict[str, Any]:
        """Return title, abstract, description, type and thumbnail, as far as they are known.

        Raises:
            NotFoundError: the first dataset is not there, or the principal may not see it.
        """
        fields = {"type": 1, "description": 1, "proposalIds": 1}
        dataset = await self._datasets.find_one(principal, Query({"_id": pids[0]}, projection=fields))
        if dataset is None:
            raise NotFoundError(f"dataset: {pids[0]} not found")
        proposal = await self._proposal(principal, dataset)
        attachment = await self._attachment(principal, pids)
        known = {
            "resourceType": dataset.get("type"),
            "description": dataset.get("description"),
            "title": proposal.get("title"),
            "abstract": proposal.get("abstract"),
            "thumbnail": attachment.get("thumbnail"),
        }
        return {name: value for name, value in known.items() if value is not None}

    async def _proposal(self, principal: Principal, dataset: Document) -> Document:
        proposals = dataset.get("proposalIds")
        if not isinstance(proposals, list) or not proposals:
            return {}
        query = Query({"proposalId": proposals[0]}, projection={"title": 1, "abstract": 1})
        return await self._proposals.find_one(principal, query) or {}

    async def _attachment(self, principal: Principal, pids: Sequence[str]) -> Document:
        named = {"$in": list(pids)}
        # v3 keeps the dataset in a field of its own, v4 among the attachment's relations.
        where = {
            "$or": [
                {"datasetId": named},
                {"relationships": {"$elemMatch": {"targetId": named, "targetType": "dataset"}}},
            ]
        }
        return await self._attachments.find_one(principal, Query(where, projection={"thumbnail": 1})) or {}
