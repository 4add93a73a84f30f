"""What the proposal routes do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from beamlore.catalogue.attachments.target import Target
from beamlore.catalogue.database import Document
from beamlore.catalogue.datasets.input import checked
from beamlore.catalogue.filters import (
    OLDEST_FIRST,
    FilterError,
    Listing,
    Style,
    parse_facets,
    parse_filter,
    parse_fullquery_fields,
    parse_where,
    to_mongo,
)
from beamlore.catalogue.filters.facets import facet_stages
from beamlore.catalogue.filters.grammar import All
from beamlore.catalogue.filters.listing import decode, parse_limits
from beamlore.catalogue.keys import storable
from beamlore.catalogue.linked import LinkedDatasets
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.proposals.included import IncludedSamples
from beamlore.catalogue.proposals.models import DEFAULT_TYPE, CreateProposal, new_proposal
from beamlore.catalogue.proposals.recount import Recount
from beamlore.catalogue.proposals.rights import proposal_attachment_rights, proposal_rights
from beamlore.catalogue.proposals.vocabulary import PROPOSALS
from beamlore.catalogue.records import HIDDEN, Records, permit, stamps
from beamlore.catalogue.types_file import read_types
from beamlore.core import BadRequestError, ConflictError, Principal

COLLECTION = "Proposal"


class ProposalService:
    """Keeps proposals."""

    def __init__(self, ground: Ground) -> None:
        settings = ground.settings
        self.rights = proposal_rights(ground.policy, settings)
        self.attachment_rights = proposal_attachment_rights(ground.policy, settings)
        self._records = Records(ground, COLLECTION, self.rights, "Proposal", "proposalId")
        self._samples = IncludedSamples(ground)
        self._datasets = LinkedDatasets(ground, "proposalIds")
        self.recount = Recount(ground.database, settings.recount_seconds)
        listed = () if settings.proposal_types_file is None else read_types(settings.proposal_types_file)
        self._types = (*listed, DEFAULT_TYPE)
        self._style = Style(PROPOSALS, strict=False, limit=100, sort=OLDEST_FIRST, most=settings.query_limit)

    async def run(self) -> None:
        """Keep the numbers of datasets right until cancelled."""
        await self.recount.run()

    def listing(self, text: str | None) -> Listing:
        """Return what a ``filters`` parameter asks for."""
        return parse_filter(text, self._style)

    def fullquery_listing(self, fields: str | None, limits: str | None) -> Listing:
        """Return what ``fullquery`` asks for."""
        return Listing(
            where=parse_fullquery_fields(fields, PROPOSALS),
            projection=dict(HIDDEN),
            limits=parse_limits(decode(limits, "limits"), "limits", self._style),
        )

    def is_valid(self, body: Mapping[str, Any]) -> bool:
        """Return whether a proposal could be created from a body."""
        fields = checked(CreateProposal, dict(body))
        if not isinstance(fields, dict):
            return False
        try:
            self._checked(fields)
        except BadRequestError:
            return False
        return True

    async def create(self, principal: Principal, fields: Mapping[str, Any]) -> Document:
        """Create a proposal (``CreateProposal``) and return it.

        Raises:
            ForbiddenError: the principal may not.
            BadRequestError: its type is none of those there are.
            ConflictError: there is one with its identifier.
        """
        permit(self.rights.create, principal)
        proposal = fields["proposalId"]
        if await self._records.taken(proposal):
            raise ConflictError(f"Proposal with {proposal} already exists")
        return await self._records.store.create(
            principal,
            {"_id": proposal, **new_proposal(proposal), **self._checked(fields), **stamps(principal)},
        )

    async def find(self, principal: Principal, listing: Listing) -> list[Document]:
        """Return the proposals a listing asks for, with included samples, as far as the principal may see them."""
        if "samples" in listing.include and 1 in listing.projection.values():
            listing = replace(listing, projection=listing.projection | {"proposalId": 1})
        found = await self._records.listed(principal, listing)
        if "samples" in listing.include:
            await self._samples.add(principal, found, listing.scopes.get("samples"))
        return found

    async def count(self, principal: Principal, fields: str | None, where: str | None, both: str | None) -> int:
        """Return how many proposals there are.

        Args:
            principal: who asks.
            fields: as ``fullquery`` has them.
            where: a condition, as JSON.
            both: an object with ``fields`` and ``filter``, as the OpenAPI has it.
        """
        together = _together(both)
        conditions = (
            *(parse_fullquery_fields(one, PROPOSALS) for one in (fields, together.get("fields"))),
            *(
                parse_where(decode(one, "filter"), PROPOSALS, "filter", strict=False)
                for one in (where, together.get("filter"))
            ),
        )
        return await self._records.store.count(principal, to_mongo(All(conditions)))

    async def facets(self, principal: Principal, fields: str | None, facets: str | None) -> list[Document]:
        """Return how many proposals there are for each value of some fields."""
        where = to_mongo(parse_fullquery_fields(fields, PROPOSALS))
        return await self._records.store.aggregate(principal, where, facet_stages(parse_facets(facets, PROPOSALS)))

    async def get(self, principal: Principal, proposal: str) -> Document:
        """Return a proposal.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not see it.
        """
        return await self._records.get(principal, proposal)

    async def may_read(self, principal: Principal, proposal: str) -> bool:
        """Return whether there is such a proposal that the principal may see."""
        return await self._records.may_read(principal, proposal)

    async def change(
        self, principal: Principal, proposal: str, fields: Mapping[str, Any], if_unmodified_since: str | None
    ) -> Document:
        """Change a proposal (``ChangeProposal``) and return it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not change it.
            BadRequestError: its type would be none of those there are.
            PreconditionFailedError: it was changed since.
        """
        return await self._records.change(principal, proposal, self._checked(fields), if_unmodified_since)

    async def delete(self, principal: Principal, proposal: str) -> Document:
        """Delete a proposal and return it.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the principal may not.
        """
        return await self._records.delete(principal, proposal)

    async def datasets_of(self, principal: Principal, proposal: str) -> list[Document]:
        """Return a proposal's datasets that the principal may see, in the order of their creation.

        Raises:
            NotFoundError: there is no such proposal.
            ForbiddenError: the principal may not see the proposal.
        """
        await self.get(principal, proposal)
        return await self._datasets.of(principal, proposal)

    async def target(self, proposal: str, predicate: Mapping[str, Any]) -> tuple[Target, Document]:
        """Return a proposal as what attachments hang on, and its document.

        Args:
            proposal: which.
            predicate: of ``attachment_rights``: what the caller is about to do.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: the caller may not.
        """
        return Target("proposal", proposal), await self._records.allowed(proposal, predicate)

    def _checked(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        stored = dict(fields)
        if "metadata" in stored:
            stored["metadata"] = storable("metadata", stored["metadata"])
        if "type" in stored and stored["type"] not in self._types:
            raise BadRequestError(f"type must be one of the following values: {', '.join(self._types)}")
        return stored


def _together(text: str | None) -> dict[str, str]:
    """Return the JSON texts of an object with ``fields`` and ``filter``, each JSON or its text."""
    value = decode(text, "filters")
    if value is None:
        return {}
    if not isinstance(value, dict) or not set(value) <= {"fields", "filter"}:
        raise FilterError("filters", "is an object with fields and filter")
    return {name: one if isinstance(one, str) else orjson.dumps(one).decode() for name, one in value.items()}
