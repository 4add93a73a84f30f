"""Scientific conditions: ``{lhs, relation, rhs, unit}`` on a key of the scientific metadata.

Metadata stand as they were sent: ``{value, unit}``, SciCat's short ``{v, u}``, or a bare value. A condition with a unit
holds for a value in any unit that measures the same; SciCat's own ``valueSI`` is understood too.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.filters.errors import FilterError
from beamlore.catalogue.filters.fields import Vocabulary
from beamlore.catalogue.filters.grammar import (
    All,
    AnyOf,
    Compare,
    ComparisonOperator,
    Condition,
    Matches,
    Quantity,
    Within,
)
from beamlore.catalogue.keys import spellings as key_spellings
from beamlore.catalogue.quantities import SiUnit, compatible_units, si_unit

CONDITIONS = 30
_TEXT_LENGTH = 1_024
_SAME = 1e-9
_ORDER: dict[str, ComparisonOperator] = {
    "GREATER_THAN": "$gt",
    "GREATER_THAN_OR_EQUAL": "$gte",
    "LESS_THAN": "$lt",
    "LESS_THAN_OR_EQUAL": "$lte",
}
_MEMBERS = frozenset({"lhs", "relation", "rhs", "unit", "human_name", "type"})
_Bound = tuple[ComparisonOperator, float]


def parse_scientific(value: object, vocabulary: Vocabulary, at: str) -> Condition:
    """Return the condition that all of a list of scientific conditions hold.

    Raises:
        FilterError: one is malformed, or there are too many.
    """
    if not isinstance(value, list) or len(value) > CONDITIONS:
        raise FilterError(at, f"is a list of at most {CONDITIONS} conditions")
    return All(tuple(_condition(one, vocabulary, f"{at}[{place}]") for place, one in enumerate(value)))


def _condition(value: object, vocabulary: Vocabulary, at: str) -> Condition:
    if not isinstance(value, Mapping) or not {"lhs", "relation", "rhs"} <= set(value) <= _MEMBERS:
        raise FilterError(at, "must be {lhs, relation, rhs, unit}")
    key = value["lhs"]
    if not isinstance(key, str) or not key:
        raise FilterError(f"{at}.lhs", "is the key of a metadata entry")
    ways = []
    for spelling in key_spellings(key):
        path = vocabulary.field(f"{vocabulary.metadata}.{spelling}", f"{at}.lhs", strict=False).path
        ways.append(_on(path, value, at))
    return ways[0] if len(ways) == 1 else AnyOf(tuple(ways))


def _on(path: str, value: Mapping[str, Any], at: str) -> Condition:
    relation, rhs, unit = value["relation"], value["rhs"], value.get("unit") or ""
    if not isinstance(unit, str) or len(unit) > 64:
        raise FilterError(f"{at}.unit", "is the name of a unit")
    if relation == "EQUAL_TO":
        return _equal(path, rhs, unit, at)
    if relation == "EQUAL_TO_STRING":
        return _is(path, _text(rhs, f"{at}.rhs"))
    if relation == "CONTAINS_STRING":
        pattern = re.escape(_text(rhs, f"{at}.rhs"))
        return AnyOf(tuple(Matches(one, pattern, "i") for one in _places(path)))
    return _numeric(path, _bounds(relation, rhs, at), unit)


def _is(path: str, value: object) -> Condition:
    return AnyOf(tuple(Compare(one, "$eq", value) for one in _places(path)))


def _equal(path: str, rhs: Any, unit: str, at: str) -> Condition:
    """Return the condition of an equal value: a number as a number, also where it was typed as text."""
    if isinstance(rhs, bool):
        return _is(path, rhs)
    if isinstance(rhs, int | float):
        return _on(path, {"relation": "EQUAL_TO_NUMERIC", "rhs": rhs, "unit": unit}, at)
    as_text = _is(path, _text(rhs, f"{at}.rhs"))
    try:
        _real(rhs, f"{at}.rhs")
    except FilterError:
        return as_text
    return AnyOf((as_text, _on(path, {"relation": "EQUAL_TO_NUMERIC", "rhs": rhs, "unit": unit}, at)))


def _bounds(relation: object, rhs: object, at: str) -> tuple[_Bound, ...]:
    if relation == "RANGE":
        if not isinstance(rhs, list) or len(rhs) != 2:
            raise FilterError(f"{at}.rhs", "is [smallest, largest]")
        return (("$gt", _real(rhs[0], f"{at}.rhs[0]")), ("$lt", _real(rhs[1], f"{at}.rhs[1]")))
    if relation == "EQUAL_TO_NUMERIC":
        return (("$eq", _real(rhs, f"{at}.rhs")),)
    if isinstance(relation, str) and relation in _ORDER:
        return ((_ORDER[relation], _real(rhs, f"{at}.rhs")),)
    raise FilterError(f"{at}.relation", f"{str(relation)[:40]!r} is not a relation")


def _numeric(path: str, bounds: tuple[_Bound, ...], unit: str) -> Condition:
    if not unit:
        return Quantity(path, _widened(bounds), "", AnyOf(tuple(_within(one, bounds) for one in _places(path))))
    wanted = si_unit(unit)
    if wanted is None:
        return AnyOf(tuple(All((_within(value, bounds), Compare(name, "$eq", unit))) for value, name in _pairs(path)))
    in_si: tuple[_Bound, ...] = tuple((sign, wanted.convert(bound)) for sign, bound in bounds)
    ways: list[Condition] = [
        All(
            (
                _within(f"{path}.valueSI", in_si),
                Compare(f"{path}.unitSI", "$eq", wanted.name),
            )
        )
    ]
    for other, spellings in compatible_units(unit).items():
        converted = tuple((sign, _convert(bound, wanted, other)) for sign, bound in bounds)
        ways += [All((_within(value, converted), Compare(name, "$in", spellings))) for value, name in _pairs(path)]
    return Quantity(path, _widened(in_si), wanted.name, AnyOf(tuple(ways)))


def _within(path: str, bounds: tuple[_Bound, ...]) -> Condition:
    widened = _widened(bounds)
    return Within(path, widened) if len(widened) > 1 else Compare(path, *widened[0])


def _widened(bounds: tuple[_Bound, ...]) -> tuple[_Bound, ...]:
    """Return bounds that take in what is equal but for the last digits, which converting there and back moves."""
    found: list[_Bound] = []
    for sign, bound in bounds:
        if sign == "$eq" and bound:
            margin = abs(bound) * _SAME
            found += [("$gte", bound - margin), ("$lte", bound + margin)]
        else:
            found.append((sign, bound))
    return tuple(found)


def _convert(value: float, unit: SiUnit, other: SiUnit) -> float:
    if unit == other:
        return value
    return (unit.convert(value) - other.offset) / other.scale


def _places(path: str) -> tuple[str, ...]:
    return (f"{path}.value", path, f"{path}.v")


def _pairs(path: str) -> tuple[tuple[str, str], ...]:
    return ((f"{path}.value", f"{path}.unit"), (f"{path}.v", f"{path}.u"))


def _text(value: object, at: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str) or len(value) > _TEXT_LENGTH:
        raise FilterError(at, f"is text of at most {_TEXT_LENGTH} characters")
    return value


def _real(value: Any, at: str) -> float:
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise FilterError(at, f"{str(value)[:40]!r} is not a number")
    return number
