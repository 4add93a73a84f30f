"""Facets: how many datasets there are for each value of a field."""

from collections.abc import Sequence
from typing import Any

from beamlore.catalogue.filters.errors import FilterError
from beamlore.catalogue.filters.fields import Field, Vocabulary
from beamlore.catalogue.filters.listing import decode

FACETS = 20
_VALUES_OF_A_FACET = 10_000


def parse_facets(value: object, vocabulary: Vocabulary, at: str = "facets") -> tuple[Field, ...]:
    """Return the fields to count by; names the noun does not have are left out, as SciCat does.

    Raises:
        FilterError: it is not a list of names, or too long.
    """
    names = decode(value, at) if isinstance(value, str) or value is None else value
    if names is None:
        return ()
    if not isinstance(names, list) or len(names) > FACETS or not all(isinstance(name, str) for name in names):
        raise FilterError(at, f"is a list of at most {FACETS} names of fields")
    found = (vocabulary.field(name, f"{at}[{place}]", strict=False) for place, name in enumerate(names))
    return tuple(field for field in found if field.kind not in ("any", "object"))


def facet_stages(facets: Sequence[Field]) -> list[dict[str, Any]]:
    """Return the aggregation that counts, for documents already matched: one answer with ``all`` and each facet."""
    counted: dict[str, Any] = {"all": [{"$count": "totalSets"}]}
    for field in facets:
        counted[field.path.rpartition(".")[2]] = _count_by(field)
    only = {field.path: 1 for field in facets} or {"_id": 1}
    return [{"$project": only}, {"$facet": counted}]


def _count_by(field: Field) -> list[dict[str, Any]]:
    name = f"${field.path}"
    key: Any = name
    if field.kind == "date":
        key = {"year": {"$year": name}, "month": {"$month": name}, "day": {"$dayOfMonth": name}}
    # What a list holds twice counts once.
    once = {"$cond": [{"$isArray": name}, {"$setUnion": [name, []]}, name]}
    stages: list[dict[str, Any]] = [{"$set": {field.path: once}}, {"$unwind": name}] if field.kind == "list" else []
    return [
        *stages,
        {"$group": {"_id": key, "count": {"$sum": 1}}},
        {"$sort": {"_id": -1}},
        {"$limit": _VALUES_OF_A_FACET},
    ]
