"""Looks for new withdrawals while somebody listens, and tells those who keep open pages."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from bson import ObjectId
from pymongo.errors import PyMongoError

from beamlore.catalogue.withdrawals.models import Withdrawal
from beamlore.catalogue.withdrawals.repository import Withdrawals

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0
_OVERLAP = timedelta(seconds=15)
"""Clocks of processes, and a note and its commit, are apart by less than this."""

_AT_ONCE = 2_000
"""More than this in one look, and pages load again."""


class Listener(Protocol):
    """Keeps pages open."""

    @property
    def is_read(self) -> bool:
        """Whether there are any."""
        ...

    async def withdrawn(self, found: Sequence[Withdrawal]) -> None:
        """Take datasets off the pages of those who have lost them."""
        ...

    def reset(self) -> None:
        """Let every page load again."""
        ...


class WithdrawalWatch:
    """Looks once a second, and tells each withdrawal once."""

    def __init__(self, withdrawals: Withdrawals, listeners: Sequence[Listener]) -> None:
        self._withdrawals = withdrawals
        self._listeners = tuple(listeners)
        self._told: set[ObjectId] = set()
        self._looked_at = self._reset_at = datetime.now(UTC) - _OVERLAP

    async def run(self) -> None:
        """Look, until cancelled."""
        while True:
            try:
                await self._look()
            except PyMongoError as error:
                log.warning("withdrawn datasets cannot be looked for; trying again", error=str(error))
            await asyncio.sleep(_LOOK_SECONDS)

    async def _look(self) -> None:
        listeners = [one for one in self._listeners if one.is_read]
        if not listeners:
            self._looked_at = datetime.now(UTC)
            return
        found = await self._withdrawals.since(self._since(), _AT_ONCE + 1)
        if len(found) > _AT_ONCE:
            for listener in listeners:
                listener.reset()
            # Go on behind these, or the same ones would come again and again.
            self._reset_at = found[-1].at
        elif new := [one for one in found if one.id not in self._told]:
            for listener in listeners:
                await listener.withdrawn(new)
        self._looked_at = datetime.now(UTC)
        self._told = {one.id for one in found}

    def _since(self) -> datetime:
        """Return the moment to look from: with an overlap, further back where a look failed or came late."""
        return max(self._looked_at - _OVERLAP, self._reset_at)
