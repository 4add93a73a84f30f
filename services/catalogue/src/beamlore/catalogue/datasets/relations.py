"""What belongs to datasets and can be included in answers.

Each document is guarded by the rule of its own noun; attachments by their dataset, as below ``/datasets/{pid}`` and as
SciCat includes them. Blocks of files have their own rule on v4; v3 shows those of a dataset to who sees the dataset.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from beamlore.catalogue.access import Rights
from beamlore.catalogue.attachments.rights import ThroughParent
from beamlore.catalogue.database import Document, GuardedRepository, Query
from beamlore.catalogue.filters import Scope, to_mongo
from beamlore.catalogue.instruments.rights import InstrumentRights
from beamlore.catalogue.noun import Ground
from beamlore.core import Principal

_AT_MOST = 10_000
_HIDDEN = {"beamlore": 0}
_TARGETS = "relationships"


@dataclass(frozen=True)
class _Link:
    """How documents belong to datasets: a field here that holds what a field there holds."""

    collection: str
    here: str
    there: str


_LINKS = {
    "origdatablocks": _Link("OrigDatablock", "_id", "datasetId"),
    "datablocks": _Link("Datablock", "_id", "datasetId"),
    "attachments": _Link("Attachment", "_id", _TARGETS),
    "proposals": _Link("Proposal", "proposalIds", "proposalId"),
    "samples": _Link("Sample", "sampleIds", "sampleId"),
    "instruments": _Link("Instrument", "instrumentIds", "pid"),
}


class Relations:
    """Finds what belongs to datasets."""

    def __init__(self, ground: Ground) -> None:
        seconds = ground.settings.query_seconds
        rights: dict[str, Rights] = {
            "datablocks": ground.policy.unshared,
            "proposals": ground.policy.unshared,
            "samples": ground.policy.unshared,
            "instruments": InstrumentRights(ground.policy, ground.settings),
            "attachments": ThroughParent(),
        }
        self._repositories = {
            relation: GuardedRepository(ground.database[link.collection], rights.get(relation, ground.policy), seconds)
            for relation, link in _LINKS.items()
        }
        self._blocks = {
            relation: GuardedRepository(ground.database[_LINKS[relation].collection], ThroughParent(), seconds)
            for relation in ("origdatablocks", "datablocks")
        }

    async def include(
        self,
        principal: Principal,
        datasets: Sequence[Document],
        relations: Sequence[str],
        scopes: Mapping[str, Scope] | None = None,
        *,
        all_blocks: bool = False,
    ) -> None:
        """Add related documents the principal may see to each of the datasets.

        Args:
            principal: who asks.
            datasets: must have the fields that ``links`` names.
            relations: which are wanted.
            scopes: which of the related documents, what of them, and how many for each dataset.
            all_blocks: whether blocks are shown to whoever sees their dataset.
        """
        for relation in relations:
            link, scope = _LINKS[relation], (scopes or {}).get(relation)
            keys = sorted({key for dataset in datasets for key in _keys(dataset, link.here)})
            repository = self._repositories[relation]
            if all_blocks:
                repository = self._blocks.get(relation, repository)
            query = _query(link, keys, scope)
            related = await repository.find(principal, query) if keys else []
            if query.in_any_order:
                # Few, and sorted here: blocks are large, and no index has them by dataset and time.
                related.sort(key=_age)
            for dataset in datasets:
                own = set(_keys(dataset, link.here))
                mine = [one for one in related if not own.isdisjoint(_ends(one, link))]
                dataset[relation] = [_shown(one, scope) for one in _page(mine, scope)]


def _query(link: _Link, keys: Sequence[str], scope: Scope | None) -> Query:
    where: dict[str, Any] = {link.there: {"$in": list(keys)}}
    if link.there == _TARGETS:
        where = {_TARGETS: {"$elemMatch": {"targetId": {"$in": list(keys)}, "targetType": "dataset"}}}
    projection: dict[str, int] = dict(_HIDDEN)
    if scope is not None:
        where = {"$and": [where, to_mongo(scope.where)]}
        projection = dict(scope.projection)
        if 1 in projection.values():
            projection[link.there] = 1
        else:
            projection.pop(link.there, None)
    sort = scope.limits.sort if scope is not None else ()
    return Query(where, projection=projection, sort=sort, limit=_AT_MOST, in_any_order=not sort)


def links(relations: Sequence[str]) -> dict[str, int]:
    """Return the projection of the fields by which datasets are linked to these relations."""
    return {_LINKS[relation].here: 1 for relation in relations}


def _keys(dataset: Mapping[str, Any], field: str) -> list[str]:
    value = dataset.get(field)
    return value if isinstance(value, list) else [] if value is None else [value]


def _ends(document: Mapping[str, Any], link: _Link) -> list[str]:
    if link.there != _TARGETS:
        return _keys(document, link.there)
    return [one.get("targetId", "") for one in document.get(_TARGETS) or () if one.get("targetType") == "dataset"]


def _page(documents: list[Document], scope: Scope | None) -> list[Document]:
    if scope is None:
        return documents
    return documents[scope.limits.skip : scope.limits.skip + scope.limits.limit]


def _age(document: Mapping[str, Any]) -> tuple[str, str]:
    """Return what sorts documents from the oldest to the newest, as SciCat finds them; then by identifier."""
    created = document.get("createdAt")
    return created.isoformat() if isinstance(created, datetime) else "", str(document["_id"])


def _shown(document: Document, scope: Scope | None) -> Document:
    """Return a related document without the field that only served to find its dataset."""
    if scope is None or 1 not in scope.projection.values():
        return dict(document)
    return {name: value for name, value in document.items() if name == "_id" or _wanted(name, scope)}


def _wanted(name: str, scope: Scope) -> bool:
    return any(path.partition(".")[0] == name for path, show in scope.projection.items() if show)
