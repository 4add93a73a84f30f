"""What the routes of datasets as they were sent do."""

from collections.abc import Sequence
from typing import Any

from beamlore.catalogue.answers import fitting
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.filters.fields import Field
from beamlore.catalogue.filters.grammar import Condition
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.originals.explanation import ADVICE, reasons, way_of
from beamlore.catalogue.originals.keyset import Keyset
from beamlore.catalogue.originals.repository import OriginalRepository
from beamlore.catalogue.originals.shape import as_sent
from beamlore.core import NotFoundError, Principal


class OriginalService:
    """Lists datasets, shows one, and says who sees it."""

    def __init__(self, ground: Ground) -> None:
        rights = DatasetRights(ground.policy, ground.settings)
        self._datasets = OriginalRepository(ground.database["Dataset"], rights, ground.settings.query_seconds)
        self._derived = ground.derived

    async def page(
        self,
        principal: Principal,
        condition: Condition,
        *,
        keyset: Keyset,
        cursor: str | None,
        columns: Sequence[Field],
        limit: int,
    ) -> dict[str, Any]:
        """Return one page of datasets.

        Raises:
            BadRequestError: the cursor is not one of ours.
        """
        where = await self._derived.of_documents(principal, condition)
        found = await self._datasets.page(principal, where, keyset, cursor, columns, limit + 1)
        page: dict[str, Any] = {"items": (items := fitting(as_sent(dict(document)) for document in found[:limit]))}
        if len(found) > len(items):
            page["nextCursor"] = keyset.place(found[len(items) - 1])
        return page

    async def get(self, principal: Principal, pid: str, columns: Sequence[Field]) -> dict[str, Any]:
        """Return a dataset as it was sent.

        Raises:
            NotFoundError: there is none, or none the principal may see.
        """
        document = await self._datasets.one(principal, pid, columns)
        if document is None:
            raise NotFoundError(f"there is no dataset {pid} that you may see; .../access says what can be done")
        return as_sent(document)

    async def access(self, principal: Principal, pid: str) -> dict[str, Any]:
        """Return why the principal sees a dataset.

        Raises:
            NotFoundError: there is none, or none the principal may see: which of these is not told. It says what can
                be done.
        """
        ways = self._datasets.ways_to_read(principal)
        held = await self._datasets.holds(pid, [*ways, self._datasets.way_to_write(principal)])
        if held is None or not any(held[:-1]):
            raise NotFoundError(
                f"there is no dataset {pid} that you may see. {ADVICE}", groups=sorted(principal.groups), advice=ADVICE
            )
        *readable, changeable = held
        answer: dict[str, Any] = {
            "pid": pid,
            "visible": True,
            "changeable": changeable,
            "reasons": reasons({way_of(way): holds for way, holds in zip(ways, readable, strict=True)}),
            "groups": sorted(principal.groups),
        }
        return answer
