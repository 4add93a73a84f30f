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
from collections.abc import Iterator

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
        yield from _value_terms(key, "", entry)
        return
    for place, unit_name in (("value", "unit"), ("v", "u")):
        value, unit = entry.get(place), entry.get(unit_name)
        yield from _value_terms(key, place, value)
        if is_number(value) and isinstance(unit, str) and unit and (known := si_unit(unit)) is not None:
            yield from _quantity(key, known.name, known.convert(value))  # type: ignore[arg-type]
    stored, name = entry.get("valueSI"), entry.get("unitSI")
    if is_number(stored) and isinstance(name, str):
        yield from _quantity(key, name, stored)  # type: ignore[arg-type]


def is_number(value: object) -> bool:
    """Return whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _quantity(key: str, unit: str, number: float) -> Iterator[str]:
    if math.isfinite(number):
        yield quantity_term(key, unit, number)


def _value_terms(key: str, place: str, value: object) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            if not isinstance(one, list):
                yield from _value_terms(key, place, one)
    elif isinstance(value, str):
        if len(value) <= TEXT_LENGTH:
            yield text_term(key, place, value)
    elif is_number(value):
        yield number_term(key, place, float(value))  # type: ignore[arg-type]
