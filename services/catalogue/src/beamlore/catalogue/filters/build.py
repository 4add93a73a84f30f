"""From the grammar to MongoDB's query language: the only place where operators are written."""

from typing import Any

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
    """Return the query of a condition."""
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
            return to_mongo(inner)
        case Words(text):
            return {"$text": {"$search": text}}
        case OneOf(path, inner):
            return {path: {"$elemMatch": to_mongo(inner)}}
        case Not(inner):
            return {"$nor": [to_mongo(inner)]}
        case All(conditions):
            parts = [to_mongo(one) for one in conditions]
            if len(parts) == 1:
                return parts[0]
            return {"$and": parts} if parts else {}
        case AnyOf(conditions):
            parts = [to_mongo(one) for one in conditions]
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
