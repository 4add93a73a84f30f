"""Conditions, said of search documents; where they cannot say the same, there is no query."""

from collections.abc import Iterable, Sequence
from typing import Any

from beamlore.catalogue.database import Document
from beamlore.catalogue.derived.fields import KEPT, METADATA, Deriver
from beamlore.catalogue.derived.terms import (
    PLACES,
    TEXT_LENGTH,
    as_number,
    number_term,
    quantity_term,
    text_term,
    word_term,
)
from beamlore.catalogue.derived.words import Sought, searched
from beamlore.catalogue.filters import to_mongo
from beamlore.catalogue.filters.grammar import All, AnyOf, Compare, Condition, Exists, Matches, Not, Quantity, Words

_KEPT = frozenset((*KEPT, "_id"))
_NOTHING: Document = {"_id": {"$in": []}}
_EXACT = 2**53
"""From here on integers are not all different as terms: the documents tell them apart."""

_AFTER_NUMBERS = "g"
"""Comes after every number as it is written, and before every other key's."""


class NotCoveredError(Exception):
    """Search documents do not hold what the condition asks for."""


def search_query(condition: Condition, deriver: Deriver) -> Document:
    """Return the query that holds for a dataset's search document where the condition holds for the dataset.

    Raises:
        NotCoveredError: there is none.
    """
    match condition:
        case All(conditions):
            parts = [part for one in conditions if (part := search_query(one, deriver))]
            return parts[0] if len(parts) == 1 else {"$and": parts} if parts else {}
        case AnyOf(conditions):
            return _any(search_query(one, deriver) for one in conditions)
        case Not(inner):
            return {"$nor": [search_query(inner, deriver)]}
        case Words(text):
            return words_query(searched(text))
        case Quantity():
            return _quantity(condition, deriver)
        case Compare(path) if path.startswith(f"{METADATA}."):
            return _metadata(condition, deriver)
        case Compare(path) | Exists(path) | Matches(path) if path in _KEPT:
            return to_mongo(condition)
    raise NotCoveredError


def has_terms(query: object) -> bool:
    """Return whether a query looks for search terms, of which there is an index."""
    if isinstance(query, list):
        return any(has_terms(one) for one in query)
    return isinstance(query, dict) and ("t" in query or any(has_terms(one) for one in query.values()))


def _any(parts: Iterable[Document]) -> Document:
    found = list(parts)
    terms = [part["t"] for part in found if len(part) == 1 and isinstance(part.get("t"), str)]
    if len(found) == 1:
        return found[0]
    if len(terms) == len(found):
        return {"t": {"$in": terms}} if terms else _NOTHING
    return {"$or": found}


def words_query(sought: Sought) -> Document:
    """Return the query of search documents in which words are found."""
    if sought.required:
        parts = [_with_all(one) for one in sought.required]
    elif sought.wanted:
        parts = [_any(_with_all(one) for one in sought.wanted)]
    else:
        return _NOTHING
    if sought.unwanted:
        parts.append({"$nor": [_with_all(one) for one in sought.unwanted]})
    return parts[0] if len(parts) == 1 else {"$and": parts}


def _with_all(words: Sequence[str]) -> Document:
    terms = [word_term(word) for word in words]
    return {"t": terms[0]} if len(terms) == 1 else {"t": {"$all": terms}}


def _quantity(condition: Quantity, deriver: Deriver) -> Document:
    if any(abs(bound) >= _EXACT for _, bound in condition.bounds):
        raise NotCoveredError
    key = _key(condition.path, deriver)
    if condition.unit:
        return _between(condition, lambda number: quantity_term(key, condition.unit, number))
    return {
        "$or": [_between(condition, lambda number, place=place: number_term(key, place, number)) for place in PLACES]
    }


def _between(condition: Quantity, term: Any) -> Document:
    """Return the query of a term within bounds: one interval, of one and the same term."""
    one = term(0.0)
    stem = one[: one.rindex("\0") + 1]
    bounds: dict[str, str] = {"$gte": stem, "$lt": stem + _AFTER_NUMBERS}
    for sign, bound in condition.bounds:
        if sign == "$eq":
            return {"t": term(bound)}
        if sign in ("$gt", "$gte"):
            bounds.pop("$gt", bounds.pop("$gte", None))
        else:
            bounds.pop("$lt", bounds.pop("$lte", None))
        bounds[sign] = term(bound)
    return {"t": {"$elemMatch": bounds}}


def _metadata(condition: Compare, deriver: Deriver) -> Document:
    """Return the query of a metadata value being equal to one, or one of some."""
    path = condition.path
    place = next((one for one in PLACES if one and path.endswith(f".{one}")), "")
    key = _key(path.removesuffix(f".{place}") if place else path, deriver)
    if condition.operator == "$eq":
        return {"t": _equal(key, place, condition.value)}
    if condition.operator == "$in":
        return {"t": {"$in": [_equal(key, place, one) for one in condition.value]}}
    raise NotCoveredError


def _equal(key: str, place: str, value: object) -> str:
    if isinstance(value, str) and len(value) <= TEXT_LENGTH:
        return text_term(key, place, value)
    number = as_number(value)
    if number is not None and abs(number) < _EXACT:
        return number_term(key, place, number)
    raise NotCoveredError


def _key(path: str, deriver: Deriver) -> str:
    key = path.removeprefix(f"{METADATA}.")
    if "." in key or not deriver.is_searchable(key):
        raise NotCoveredError
    return key
