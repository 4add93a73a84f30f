"""Which access signatures an answer is made of."""

from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.access import ACCESS_FIELDS
from beamlore.catalogue.database import Document
from beamlore.catalogue.filters import to_mongo
from beamlore.catalogue.filters.grammar import All, AnyOf, Compare, Condition, Exists, Matches, Not

PUBLISHED: Document = {"isPublished": True}
_OF_PUBLISHED = Compare("isPublished", "$eq", True)


def split(condition: Condition) -> tuple[Condition, Condition]:
    """Return what a condition says of datasets' readers, and the rest of it; both hold where it holds."""
    of_readers: list[Condition] = []
    rest: list[Condition] = []
    for one in _parts(condition):
        (of_readers if _is_of_readers(one) else rest).append(one)
    return All(tuple(of_readers)), All(tuple(rest))


def whose(access: Mapping[str, Any], of_readers: Condition) -> tuple[Document | None, bool] | None:
    """Return which signatures to look for, and whether published datasets are counted by their sum.

    Args:
        access: the predicate of what somebody may read; empty where that is everything.
        of_readers: what is asked of the readers beside.

    Returns:
        The filter of signatures, ``None`` where there is nothing to look for; nothing at all where the access predicate
        looks at more than access fields.
    """
    ways = access.get("$or", [access]) if access else []
    if not all(set(way) <= set(ACCESS_FIELDS) for way in ways) or (access and len(access) > 1):
        return None
    if of_readers == All((_OF_PUBLISHED,)) and (not access or PUBLISHED in ways):
        return None, True
    if of_readers != All():
        return {"$and": [dict(access), to_mongo(of_readers)]}, False
    if PUBLISHED not in ways:
        return dict(access), False
    others = [way for way in ways if way != PUBLISHED]
    return ({"$or": others, "isPublished": {"$ne": True}} if others else None), True


def _parts(condition: Condition) -> list[Condition]:
    if isinstance(condition, All):
        return [part for one in condition.conditions for part in _parts(one)]
    return [condition]


def _is_of_readers(condition: Condition) -> bool:
    match condition:
        case All(conditions) | AnyOf(conditions):
            return all(_is_of_readers(one) for one in conditions)
        case Not(inner):
            return _is_of_readers(inner)
        case Compare(path) | Exists(path) | Matches(path):
            return path in ACCESS_FIELDS
    return False
