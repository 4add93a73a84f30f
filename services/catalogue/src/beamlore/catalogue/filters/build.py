"""From the grammar to MongoDB's query language: the only place where operators are written."""

from typing import Any

from beamlore.catalogue.filters.errors import FilterError
from beamlore.catalogue.filters.grammar import (
    All,
    AnyOf,
    Compare,
    Condition,
    Exists,
    Matches,
    Not,
    OneOf,
    Quantity,
    Within,
    Words,
)


def to_mongo(condition: Condition) -> dict[str, Any]:
    """Return the query of a condition.

    Raises:
        FilterError: words are searched twice, or beside other alternatives, which MongoDB does not do.
    """
    if _words_in(condition, everywhere=True) != _words_in(condition, everywhere=False) or _words_in(condition) > 1:
        raise FilterError("filter", "words are searched once, and not as one of several alternatives")
    return _query(condition)


def _words_in(condition: Condition, *, everywhere: bool = True) -> int:
    """Return how many searches for words there are, in all or only among what must hold together."""
    match condition:
        case Words():
            return 1
        case All(conditions):
            return sum(_words_in(one, everywhere=everywhere) for one in conditions)
        case AnyOf(conditions) if everywhere:
            return sum(_words_in(one) for one in conditions)
        case Not(inner) | OneOf(_, inner) if everywhere:
            return _words_in(inner)
    return 0


def _query(condition: Condition) -> dict[str, Any]:
    match condition:
        case Compare(path, operator, value):
            return {path: {operator: value}}
        case Within(path, bounds):
            return _within(path, dict(bounds))
        case Exists(path, there):
            return {path: {"$exists": there}}
        case Matches(path, pattern, options, negated):
            expression = {"$regex": pattern, "$options": options}
            return {path: {"$not": expression} if negated else expression}
        case Quantity(in_documents=inner):
            return _query(inner)
        case Words(text):
            return {"$text": {"$search": text}}
        case OneOf(path, inner):
            return {path: {"$elemMatch": _query(inner)}}
        case Not(inner):
            return {"$nor": [_query(inner)]}
        case All(conditions):
            parts = [_query(one) for one in conditions]
            if len(parts) == 1:
                return parts[0]
            return {"$and": parts} if parts else {}
        case AnyOf(conditions):
            parts = [_query(one) for one in conditions]
            if len(parts) == 1:
                return parts[0]
            return {"$or": parts} if parts else {"_id": {"$in": []}}


def _within(path: str, bounds: dict[str, Any]) -> dict[str, Any]:
    """Return the query of one number within bounds.

    On a list MongoDB lets one element meet one bound and another the other: elements are asked one by one here, and
    so are those of a list of objects above.
    """
    above, _, last = path.rpartition(".")
    single = {**bounds, "$not": {"$type": "array"}}
    return {
        "$or": [
            {path: {"$elemMatch": bounds}},
            {path: single, above: {"$not": {"$type": "array"}}},
            {above: {"$elemMatch": {last: single}}},
        ]
    }
