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
    Words,
)


def to_mongo(condition: Condition) -> dict[str, Any]:
    """Return the query of a condition."""
    match condition:
        case Compare(path, operator, value):
            return {path: {operator: value}}
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
