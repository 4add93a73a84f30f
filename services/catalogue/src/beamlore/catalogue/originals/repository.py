"""Queries of datasets as they were sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from beamlore.catalogue.database.repository import Document, GuardedRepository, Query, told_plainly
from beamlore.catalogue.datasets.vocabulary import DATASETS
from beamlore.catalogue.filters.fields import Field
from beamlore.catalogue.keys import spellings
from beamlore.catalogue.originals.keyset import Keyset
from beamlore.core import Principal


class OriginalRepository(GuardedRepository):
    """SciCat's ``Dataset`` collection, read in the order of a keyset."""

    async def page(
        self,
        principal: Principal,
        where: Mapping[str, Any],
        keyset: Keyset,
        cursor: str | None,
        columns: Sequence[Field],
        limit: int,
    ) -> list[Document]:
        """Return up to ``limit`` documents after a place."""
        conditions = [one for one in (where, keyset.after(cursor) if cursor else {}) if one]
        wanted: Mapping[str, Any] = {"$and": conditions} if conditions else {}
        shown = projection(columns)
        if columns:
            shown[keyset.field] = 1
        return await self.find(principal, Query(wanted, projection=shown, sort=keyset.order, limit=limit))

    async def one(self, principal: Principal, pid: str, columns: Sequence[Field]) -> Document | None:
        """Return a dataset the principal may see."""
        return await self.find_one(principal, Query({"_id": pid}, projection=projection(columns)))

    async def holds(self, pid: str, ways: Sequence[Mapping[str, Any]]) -> list[bool] | None:
        """Return which conditions hold for a dataset, ``None`` where there is no such dataset.

        Looks past what the caller may see: only these truths may go out, nothing of the dataset.
        """
        facets = {f"way{number}": [{"$match": way}, {"$count": "n"}] for number, way in enumerate(ways)}
        stages: list[dict[str, Any]] = [{"$match": {"_id": pid}}, {"$facet": {"all": [{"$count": "n"}], **facets}}]
        with told_plainly():
            found = await (await self._collection.aggregate(stages)).to_list()
        answer = found[0]
        return [bool(answer[name]) for name in facets] if answer["all"] else None

    def ways_to_read(self, principal: Principal) -> list[Document]:
        """Return the access rule of reading as the alternatives it is made of; one that is empty means everything."""
        predicate = self._rights.readable(principal)
        return list(predicate["$or"]) if set(predicate) == {"$or"} else [predicate]

    def way_to_write(self, principal: Principal) -> Document:
        """Return the access rule of changing."""
        return self._rights.writable(principal)


def projection(columns: Sequence[Field]) -> dict[str, int]:
    """Return the projection of some columns, of all where there are none."""
    if not columns:
        return {"beamlore": 0}
    paths = [path for field in columns for path in stored_paths(field)]
    return {path: 1 for path in paths if not any(path.startswith(f"{other}.") for other in paths)}


def stored_paths(field: Field) -> tuple[str, ...]:
    """Return where a field may stand in a document: keys of metadata are stored in more than one spelling."""
    root, _, key = field.path.partition(".")
    return tuple(f"{root}.{one}" for one in spellings(key)) if key and root == DATASETS.metadata else (field.path,)
