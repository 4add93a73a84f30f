"""Proposals at hand: asked for once, believed for a time, and kept for when the user office is down."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

from cachetools import LRUCache

from beamlore.core import Health
from beamlore.ingestor.proposals.client import ProposalSource, UserOfficeUnavailableError
from beamlore.ingestor.proposals.models import Proposal
from beamlore.ingestor.settings import Settings

_AT_HAND = 1000
_ASK_AGAIN_SECONDS = 2.0
COMPONENT = "useroffice"


@dataclass(frozen=True)
class _Known:
    proposal: Proposal | None
    asked_at: float


class Proposals:
    """Answers from memory where it may, else from the user office.

    A proposal is believed for ``proposal_ttl_seconds``, its absence only shortly, since a proposal that is unknown now
    may be entered any moment. While the user office is down, a proposal once known is used up to
    ``proposal_stale_seconds``: what changes in a proposal changes in days, and scans should not wait for it.
    """

    def __init__(self, source: ProposalSource, settings: Settings, health: Health) -> None:
        self._source = source
        self._settings = settings
        self._health = health
        self._known: LRUCache[str, _Known] = LRUCache(maxsize=_AT_HAND)
        self._down_until = 0.0

    async def get_all(self, proposal_ids: Iterable[str], *, fresh: bool = False) -> dict[str, Proposal | None]:
        """Return the proposals by id, ``None`` for those that do not exist; ``fresh``: asked for now.

        Raises:
            UserOfficeUnavailableError: one is not at hand, and the user office cannot be asked.
        """
        ids = list(proposal_ids)
        found = await asyncio.gather(*(self.get(proposal_id, fresh=fresh) for proposal_id in ids))
        return dict(zip(ids, found, strict=True))

    async def get(self, proposal_id: str, *, fresh: bool = False) -> Proposal | None:
        """Return the proposal, ``None`` where there is none; ``fresh``: asked for now.

        Raises:
            UserOfficeUnavailableError: it is not at hand, and the user office cannot be asked.
        """
        known = self._known.get(proposal_id)
        now = time.monotonic()
        if known is not None and not fresh and now - known.asked_at < self._believed_for(known):
            return known.proposal
        usable = (
            known is not None
            and known.proposal is not None
            and now - known.asked_at < self._settings.proposal_stale_seconds
        )
        if usable and not fresh and now < self._down_until:
            return known.proposal if known else None
        try:
            proposal = await self._source.get(proposal_id)
        except UserOfficeUnavailableError as error:
            self._down_until = time.monotonic() + _ASK_AGAIN_SECONDS
            self._health.set(COMPONENT, ok=False, detail=error.detail)
            if usable and known is not None:
                return known.proposal
            raise
        self._health.set(COMPONENT, ok=True)
        self._known[proposal_id] = _Known(proposal, time.monotonic())
        return proposal

    def _believed_for(self, known: _Known) -> float:
        if known.proposal is None:
            return self._settings.proposal_unknown_ttl_seconds
        return self._settings.proposal_ttl_seconds
