"""What the logbook routes do."""

import asyncio
from collections.abc import Iterable
from typing import Any

from beamlore.catalogue.database import Query, told_plainly
from beamlore.catalogue.logbooks.messages import LogbookFilter, last_message, messages_of
from beamlore.catalogue.logbooks.rights import LogbookRights
from beamlore.catalogue.logbooks.scichat import SciChat
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.parts.parents import ParentDatasets
from beamlore.core import Principal


class LogbookService:
    """Shows the logbooks of proposals; where there is no server for them, there are none."""

    def __init__(self, ground: Ground) -> None:
        settings = ground.settings
        self._rights = LogbookRights(ground.policy)
        self._proposals = ground.store("Proposal", self._rights)
        self._datasets = ground.store("Dataset", self._rights)
        self._known = ground.database["Proposal"]
        self._parents = ParentDatasets(ground)
        self._server = (
            SciChat(settings.logbook_base_url, settings.logbook_seconds) if settings.logbook_enabled else None
        )

    async def run(self) -> None:
        """Keep the connections to the server until cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            if self._server is not None:
                await self._server.close()

    async def all(self, principal: Principal) -> list[dict[str, Any]]:
        """Return the logbooks the principal may read: the one with the newest message first, empty ones last.

        Raises:
            UnavailableError: the server does not answer.
        """
        if self._server is None:
            return []
        found = await self._server.logbooks()
        readable = await self._readable(principal, (str(one.get("name")) for one in found))
        return sorted((one for one in found if str(one.get("name")) in readable), key=last_message, reverse=True)

    async def named(self, principal: Principal, name: str, wanted: LogbookFilter) -> dict[str, Any] | None:
        """Return the logbook of a proposal; ``None`` where there is none that the principal may read.

        Raises:
            UnavailableError: the server does not answer.
        """
        if self._server is None or name not in await self._readable(principal, (name,)):
            return None
        return await self._shown(name, wanted)

    async def of_dataset(self, principal: Principal, pid: str, wanted: LogbookFilter) -> dict[str, Any] | None:
        """Return the logbook of a dataset's first proposal; ``None`` where there is none.

        Naming a proposal in a dataset of one's own opens no logbook: a proposal that the catalogue knows must be the
        principal's, too.

        Raises:
            NotFoundError: there is no such dataset.
            ForbiddenError: the dataset is not the principal's.
            UnavailableError: the server does not answer.
        """
        await self._parents.get(pid, self._rights.readable(principal))
        dataset = await self._datasets.find_one(principal, Query({"_id": pid}, {"proposalIds": 1}))
        proposals = (dataset or {}).get("proposalIds")
        if self._server is None or not isinstance(proposals, list) or not proposals:
            return None
        name = str(proposals[0])
        if name not in await self._readable(principal, (name,)) and await self._is_known(name):
            return None
        return await self._shown(name, wanted)

    async def _shown(self, name: str, wanted: LogbookFilter) -> dict[str, Any] | None:
        logbook = None if self._server is None else await self._server.logbook(name, wanted.text)
        return None if logbook is None else logbook | {"messages": wanted.apply(messages_of(logbook))}

    async def _readable(self, principal: Principal, names: Iterable[str]) -> set[str]:
        if principal.is_admin:
            return set(names)
        query = Query({"proposalId": {"$in": list(names)}}, {"proposalId": 1})
        return {one["proposalId"] for one in await self._proposals.find(principal, query)}

    async def _is_known(self, name: str) -> bool:
        with told_plainly():
            return await self._known.find_one({"proposalId": name}, {"_id": 1}) is not None
