"""The ``fields`` of SciCat's ``fullquery`` and ``fullfacet``: what its search page sends."""

from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.filters.errors import FilterError
from beamlore.catalogue.filters.fields import Field, Vocabulary, cast, parse_date
from beamlore.catalogue.filters.grammar import All, AnyOf, Compare, ComparisonOperator, Condition, Exists
from beamlore.catalogue.filters.listing import decode
from beamlore.catalogue.filters.scientific import parse_scientific
from beamlore.catalogue.filters.where import LIST_LENGTH, TEXT_LENGTH, parse_where, words
from beamlore.core import measured

FIELDS = 50


def parse_fullquery_fields(text: str | None, vocabulary: Vocabulary, at: str = "fields") -> Condition:
    """Return the condition of a ``fields`` parameter.

    Raises:
        FilterError: it is malformed, too large, or says something that is not taken.
    """
    with measured("parse"):
        return _condition(decode(text, at), vocabulary, at)


def _condition(value: object, vocabulary: Vocabulary, at: str) -> Condition:
    if value is None:
        return All()
    if not isinstance(value, Mapping) or len(value) > FIELDS:
        raise FilterError(at, f"is an object of at most {FIELDS} fields")
    return All(
        tuple(_member(name, member, vocabulary, f"{at}.{name}") for name, member in value.items() if member is not None)
    )


def _member(name: str, value: Any, vocabulary: Vocabulary, at: str) -> Condition:
    if name == "mode":
        return parse_where(value, vocabulary, at, strict=False)
    if name == "text":
        return words(value, vocabulary, at) if value != "" else All()
    if name in ("scientific", "characteristics"):
        return parse_scientific(value, vocabulary, at)
    if name == "userGroups":
        groups = _values(Field("ownerGroup", "text"), value, at)
        return AnyOf((Compare("ownerGroup", "$in", groups), Compare("accessGroups", "$in", groups)))
    if name == "metadataKey":
        return (
            Exists(vocabulary.field(f"{vocabulary.metadata}.{value}", at, strict=False).path, True) if value else All()
        )
    field = vocabulary.field(name, at, strict=False)
    if isinstance(value, Mapping):
        if any(part.startswith("$") for part in value):
            return parse_where({name: value}, vocabulary, at.removesuffix(f".{name}"), strict=False)
        return _interval(field, value, at)
    if isinstance(value, list):
        return Compare(field.path, "$in", _values(field, value, at)) if value else All()
    return Compare(field.path, "$eq", _scalar(field, value, at))


def _interval(field: Field, value: Mapping[str, Any], at: str) -> Condition:
    if set(value) <= {"begin", "end"}:
        bounds = [
            Compare(field.path, sign, parse_date(value[name], f"{at}.{name}"))
            for name, sign in _bounds("begin", "end")
            if value.get(name)
        ]
        return All(tuple(bounds))
    if set(value) <= {"min", "max"}:
        numbers = [
            Compare(field.path, sign, _scalar(Field(field.path, "number"), value[name], f"{at}.{name}"))
            for name, sign in _bounds("min", "max")
            if value.get(name) is not None
        ]
        return All(tuple(numbers))
    raise FilterError(at, "is a value, a list of values, {begin, end} or {min, max}")


def _values(field: Field, value: Any, at: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > LIST_LENGTH:
        raise FilterError(at, f"is a list of at most {LIST_LENGTH} values")
    return [_scalar(field, one, f"{at}[{place}]") for place, one in enumerate(value)]


def _scalar(field: Field, value: Any, at: str) -> Any:
    if isinstance(value, list | Mapping):
        raise FilterError(at, "is a single value")
    if isinstance(value, str) and len(value) > TEXT_LENGTH:
        raise FilterError(at, f"text has at most {TEXT_LENGTH} characters")
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise FilterError(at, "the number is too large")
    return cast(field, value, at)


def _bounds(lower: str, upper: str) -> tuple[tuple[str, ComparisonOperator], ...]:
    return ((lower, "$gte"), (upper, "$lte"))
