"""Where proposals are found."""

from collections import defaultdict
from collections.abc import Iterable

from beamlore.useroffice.pages import Index, Page
from beamlore.useroffice.proposals.models import Proposal


def _id(proposal: Proposal) -> str:
    return proposal.id


class ProposalRepository:
    """The proposals of a seed, by id."""

    def __init__(self, proposals: Iterable[Proposal]) -> None:
        everything = list(proposals)
        self._proposals = Index(everything, _id)
        by_member: defaultdict[str, list[Proposal]] = defaultdict(list)
        for proposal in everything:
            for member in proposal.members:
                by_member[member.username].append(proposal)
        self._by_member = {username: Index(theirs, _id) for username, theirs in by_member.items()}
        self._none = Index[Proposal]([], _id)

    def get(self, proposal_id: str) -> Proposal | None:
        """Return the proposal, ``None`` where there is none."""
        return self._proposals.get(proposal_id)

    def page(self, limit: int, cursor: str | None, *, beamline: str | None, member: str | None) -> Page[Proposal]:
        """Return some proposals, by id: of a beamline, with a member, or both."""
        index = self._proposals if member is None else self._by_member.get(member, self._none)
        return index.page(limit, cursor, lambda proposal: beamline in (None, proposal.beamline))
