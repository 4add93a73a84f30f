"""Search terms: texts that stand for words and metadata values, so that one index finds them all.

| begins with | term of | then |
| --- | --- | --- |
| ``w`` | a word | the word |
| ``n`` | a number as it was sent | key, NUL, place, NUL, number |
| ``q`` | a quantity | key, NUL, name of the unit in SI, NUL, number in SI |
| ``s`` | a text | key, NUL, place, NUL, the text |

The place is the member of the entry that holds the value: ``value``, ``v``, or nothing where the entry is the value.
Numbers are written so that their order as text is their order as numbers.
"""

import math
import struct
from collections.abc import Iterable, Iterator

from bson import Decimal128

from beamlore.catalogue.quantities import si_unit

TEXT_LENGTH = 200
"""Characters of a metadata text that is searched by; longer ones are looked for in the documents."""

PLACES = ("value", "v", "")

_SIGN = 1 << 63
_ALL = (1 << 64) - 1


def ordered(number: float) -> str:
    """Return a number as 16 characters with the numbers' order (IEEE 754: sign turned, negatives inverted)."""
    bits: int = struct.unpack(">Q", struct.pack(">d", number + 0.0))[0]
    return f"{bits ^ (_ALL if bits & _SIGN else _SIGN):016x}"


def word_term(word: str) -> str:
    """Return the term of a word."""
    return f"w{word}"


def text_term(key: str, place: str, text: str) -> str:
    """Return the term of a metadata text."""
    return f"s{key}\0{place}\0{text}"


def number_term(key: str, place: str, number: float) -> str:
    """Return the term of a metadata number as it was sent."""
    return f"n{key}\0{place}\0{ordered(number)}"


def quantity_term(key: str, unit: str, number: float) -> str:
    """Return the term of a number in SI; ``unit`` as ``quantities.SiUnit`` names it."""
    return f"q{key}\0{unit}\0{ordered(number)}"


def metadata_terms(key: str, entry: object) -> Iterator[str]:
    """Yield the terms of a metadata entry: of its value, bare or in an object, and of its value in SI."""
    if not isinstance(entry, dict):
        yield from _value_terms(key, "", _each(entry))
        if not isinstance(entry, list):
            return
    for place, unit_name in (("value", "unit"), ("v", "u")):
        values = _members(entry, place)
        if not values:
            continue
        yield from _value_terms(key, place, values)
        for unit in _members(entry, unit_name):
            if isinstance(unit, str) and unit and (known := si_unit(unit)) is not None:
                yield from _quantities(key, known.name, (known.convert(one) for one in _numbers(values)))
    stored = _members(entry, "valueSI")
    for name in _members(entry, "unitSI") if stored else ():
        if isinstance(name, str):
            yield from _quantities(key, name, _numbers(stored))


def as_number(value: object) -> float | None:
    """Return a value as the number that it is compared as; ``None`` where it is none, or not a number (NaN)."""
    if isinstance(value, Decimal128):
        value = float(value.to_decimal())
    if isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
        return float(value)
    return None


def _each(value: object) -> list[object]:
    """Return the elements of a list, or the value: what a condition on a field is compared with."""
    return value if isinstance(value, list) else [value]


def _members(entry: object, name: str) -> list[object]:
    """Return what MongoDB compares for ``entry.name``, also where the entry is a list of objects."""
    if isinstance(entry, dict):
        return _each(entry[name]) if name in entry else []
    return [value for one in _each(entry) if isinstance(one, dict) and name in one for value in _each(one[name])]


def _numbers(values: Iterable[object]) -> Iterator[float]:
    for value in values:
        if (number := as_number(value)) is not None:
            yield number


def _quantities(key: str, unit: str, numbers: Iterable[float]) -> Iterator[str]:
    for number in numbers:
        yield quantity_term(key, unit, number)


def _value_terms(key: str, place: str, values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            if len(value) <= TEXT_LENGTH:
                yield text_term(key, place, value)
        elif (number := as_number(value)) is not None:
            yield number_term(key, place, number)
