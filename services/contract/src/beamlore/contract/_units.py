"""Units as instruments and people write them, read by a closed vocabulary: what is not in it is never guessed at."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from tokenize import TokenError
from typing import TYPE_CHECKING

from beamlore.contract._limits import MAX_UNIT
from beamlore.contract._unit_vocabulary import (
    DEFINITIONS,
    LEFT_ALONE,
    PHRASES,
    SYMBOL_PREFIXES,
    VOCABULARY,
    VocabularyUnit,
)

if TYPE_CHECKING:
    import pint

_LIKE = str.maketrans(
    {
        "º": "°", "˚": "°", "·": "*", "⋅": "*", "×": "*", "•": "*", "∕": "/", "⁄": "/", "÷": "/", "−": "-", "–": "-",
        "⁺": "+", **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)),
    }
)  # fmt: skip
_COMPATIBILITY_SIGNS = str.maketrans({"μ": "\u00b5", "Å": "\u212b", "Ω": "\u2126"})
"""The same signs as keyboards and old encodings have them: micro, angstrom, ohm."""
_RAISED = re.compile("([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<power>(?:\*\*|\^)\s*(?:\(\s*(?P<enclosed>[-+]?\d{1,2})\s*\)|(?P<exponent>[-+]?\d{1,2})(?![\d.])))
      | (?P<operator>[*/()])
      | (?P<one>1(?=\s*/))
      | (?P<name>[^\s\d*/^()+\-][^\s*/^()+\-]*)(?P<raised>-\d{1,2}(?!\d))?
    )""",
    re.VERBOSE,
)
_NAME_RAISED = re.compile(r"(.*\D)(\d{1,2})")
# What pint raises for expressions that are malformed, found by trying; its own errors are ValueErrors and these.
_PINT_RAISES = (TokenError, SyntaxError, ValueError, LookupError, AttributeError, TypeError, AssertionError)
_OFTEN_IN_ANY_CASE = frozenset({"Hz", "eV", "Pa", "px", "Bq", "Gy", "Sv"})
_FACILITY_NAME = re.compile(r"[^\W\d][\w.%°]*")


class UnknownUnitError(ValueError):
    """A unit is not in the vocabulary, or may mean several things."""


class UnitDefinitionError(ValueError):
    """A facility's own unit is not understood, or has a name that is taken."""


@dataclass(frozen=True)
class _Spelling:
    target: str
    """An expression of pint's registry."""
    symbol: str = ""
    """The spelling without its prefix; empty for a long word."""
    prefix: str = ""
    """The prefix as it is written, such as ``m`` or ``milli``."""


class _Vocabulary:
    """The spellings that are understood, of ours and of the facility."""

    def __init__(self, units: Iterable[VocabularyUnit]) -> None:
        self._exact: dict[str, _Spelling] = {}
        self._folded: dict[str, list[str]] = {}
        self.facility: dict[str, tuple[str, ...]] = {}
        self.texts: list[str] = []
        """As they were written, before look-alikes are brought together."""
        for unit in units:
            for text, spelling in _spellings(unit):
                self.add(text, spelling)

    def add(self, text: str, spelling: _Spelling) -> None:
        """Take a spelling in.

        Raises:
            UnitDefinitionError: it is taken.
        """
        self.refuse_taken(text)
        written, text = text, _typed(text)
        self._exact[text] = spelling
        if spelling.symbol or not spelling.prefix:
            self.texts.append(written)
        self._folded.setdefault(text.lower(), []).append(text)

    def refuse_taken(self, text: str) -> None:
        """Do nothing where a spelling is free.

        Raises:
            UnitDefinitionError: it is taken.
        """
        if _typed(text) in self._exact:
            raise UnitDefinitionError(f"the unit {text!r} is already defined; choose another name")

    def find(self, name: str) -> str | None:
        """Return pint's expression for a name: in its own case, else in any case where only one unit is meant."""
        if name in _LEFT_ALONE:
            return None
        known = self._exact.get(name)
        if known is not None:
            return known.target
        candidates = {text: self._exact[text] for text in self._folded.get(name.lower(), ())}
        if any(not one.symbol for one in candidates.values()):
            return next(one.target for one in candidates.values() if not one.symbol)
        if len({one.target for one in candidates.values()}) > 1 and (name.islower() or name.isupper()):
            return None
        likely = {one.target for one in candidates.values() if _may_be_meant(name, one)}
        return likely.pop() if len(likely) == 1 else None


def _may_be_meant(name: str, spelling: _Spelling) -> bool:
    """Return whether a name in another case than the spelling's is likely to mean it.

    Milli and mega are never taken for each other, and letters that are elements and abbreviations are left alone.
    """
    if spelling.prefix in ("m", "M") and name[0] != spelling.prefix:
        return False
    if spelling.prefix == "k" and name[1:] == spelling.symbol:
        return True
    return len(spelling.symbol) > 2 or spelling.symbol in _OFTEN_IN_ANY_CASE


@lru_cache(maxsize=4096)
def parsed_unit(unit: str) -> "pint.Unit":
    """Return a unit of the registry that the vocabulary is over.

    Raises:
        UnknownUnitError: it is not in the vocabulary, or may mean several things.
    """
    expression = unit_expression(unit)
    try:
        return unit_registry().Unit(expression)
    except _PINT_RAISES as error:
        # Operators in an order that is none, such as "m //".
        raise _unknown(unit) from error


@cache
def unit_registry() -> "pint.UnitRegistry[float]":
    """Return pint's registry with the field's units. Texts of users reach it by `parsed_unit` only."""
    # Imported when first needed: half a second and 24 MB that most processes never use.
    import pint

    registry: pint.UnitRegistry[float] = pint.UnitRegistry(cache_folder=None)
    for definition in DEFINITIONS:
        registry.define(definition)
    return registry


def unit_expression(unit: str) -> str:
    """Return a unit as an expression in names of pint's registry; empty for the empty text.

    Understood are products, quotients and powers of names in the vocabulary: ``mm^2``, ``mm2``, ``m s⁻¹``,
    ``counts per second``, ``(kg m^2) / s^2``. Numbers other than exponents, and the 1 of ``1/s``, are not.

    Raises:
        UnknownUnitError: it is not in the vocabulary, or may mean several things.
    """
    if len(unit) > MAX_UNIT:
        raise _unknown(unit)
    text = " ".join(_typed(unit).split())
    if not text or text == "1":
        return ""
    if text in _LEFT_ALONE:
        raise _unknown(unit)
    text = _PHRASES.get(text) or _DEGREES.get(text.lower()) or text
    known = _vocabulary().find(text)
    return f"({known})" if known is not None else _product(text, unit)


def define_units(text: str) -> None:
    """Add a facility's units to the vocabulary, for as long as the process runs.

    Args:
        text: a definition on each line, ``name = [factor] unit [= other name]…``, where the unit is one that is known
            (``gap_turn = 0.25 mm = gt``), or ``name = []`` for something that is only counted. ``#`` begins a comment.

    Raises:
        UnitDefinitionError: a line is not understood, or a name is taken; the message begins with the line's number.
    """
    for number, line in enumerate(text.splitlines(), 1):
        parts = [part.strip() for part in line.partition("#")[0].split("=")]
        if parts == [""]:
            continue
        try:
            _define(parts)
        except ValueError as error:
            raise UnitDefinitionError(f"line {number}: {error}") from error
    parsed_unit.cache_clear()


def vocabulary_version() -> str:
    """Return a short text that changes whenever a unit is read in another way."""
    vocabulary = _vocabulary()
    text = repr((VOCABULARY, DEFINITIONS, PHRASES, LEFT_ALONE, sorted(vocabulary.facility.values())))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def known_spellings() -> tuple[str, ...]:
    """Return the texts that name a single unit, the facility's included; of long words only those without a prefix."""
    texts = dict.fromkeys((*_vocabulary().texts, *PHRASES))
    return tuple(dict.fromkeys(one for text in texts for one in (text, text.translate(_COMPATIBILITY_SIGNS))))


def _define(parts: list[str]) -> None:
    if len(parts) < 2 or not all(_FACILITY_NAME.fullmatch(_typed(name)) for name in (parts[0], *parts[2:])):
        raise UnitDefinitionError("write 'name = factor unit', for example 'gap_turn = 0.25 mm'")
    name, definition, *others = parts
    if _vocabulary().facility.get(name) == tuple(parts):
        return
    for one in (name, *others):
        _vocabulary().refuse_taken(one)
    target = re.sub(r"\W", "_", f"facility_{name}")
    if definition == "[]":
        unit_registry().define(f"{target} = []")
    else:
        match = re.fullmatch(r"([-+\d.eE]*)\s*\*?\s*(.*)", definition)
        factor = float(match[1]) if match and match[1] else 1.0
        if match is None or not factor > 0:
            raise UnitDefinitionError(f"{definition!r} is not a factor and a unit")
        unit_registry().define(f"{target} = {factor!r} * {unit_expression(match[2]) or 'dimensionless'}")
    for one in (name, *others):
        _vocabulary().add(one, _Spelling(target, one))
    _vocabulary().facility[name] = tuple(parts)


@cache
def _vocabulary() -> _Vocabulary:
    return _Vocabulary(VOCABULARY)


def _typed(text: str) -> str:
    """Return a text with one character for those that look alike, and exponents in a line."""
    text = _RAISED.sub(r"^\1", text.translate({0x2103: "°C", 0x2109: "°F"}))
    return unicodedata.normalize("NFKC", text.translate(_LIKE))


def _spellings(unit: VocabularyUnit) -> Iterator[tuple[str, _Spelling]]:
    seen = set()
    for symbol in dict.fromkeys(_typed(one) for one in unit.symbols):
        yield symbol, _Spelling(unit.name, symbol)
        for letter in unit.prefixes:
            yield letter + symbol, _Spelling(SYMBOL_PREFIXES[letter] + unit.name, symbol, letter)
    for word in unit.words:
        for prefix in ("", *dict.fromkeys(SYMBOL_PREFIXES[letter] for letter in unit.prefixes)):
            for text in (prefix + word, prefix + word + ("" if word[-1] in "sxz" else "s")):
                if text not in seen and text not in unit.symbols:
                    seen.add(text)
                    yield text, _Spelling(prefix + unit.name, prefix=prefix)


def _product(text: str, unit: str) -> str:
    """Return the expression of a product of names, each found in the vocabulary."""
    found: list[str] = []
    at, divided, depth = 0, False, 0
    text = re.sub(r"\bper\b", "/", text)
    if text.startswith("/"):
        text = f"1{text}"
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unknown(unit)
        at = match.end()
        operator = match["operator"]
        if match["power"]:
            if not found or found[-1] in ("*", "/", "(", "1") or "**" in found[-1]:
                raise _unknown(unit)
            found.append(f"**({match['exponent'] or match['enclosed']})")
        elif operator:
            depth += {"(": 1, ")": -1}.get(operator, 0)
            if depth < 0 or (operator == "*" and divided and depth == 0):
                raise _unknown(unit)
            if operator in "*/" and (not found or found[-1] in ("*", "/", "(")):
                raise _unknown(unit)
            if operator == "(" and found and found[-1] not in ("*", "/", "("):
                # As in bar(g): what stands in parentheses says more of the unit.
                raise _unknown(unit)
            divided = depth == 0 and (divided or operator == "/")
            found.append(operator)
        elif match["one"]:
            found.append("1")
        else:
            if found and found[-1] not in ("*", "/", "("):
                if divided and depth == 0:
                    raise _unknown(unit)
                found.append("*")
            found.append(_factor(match["name"], match["raised"], unit))
    return "".join(found)


def _factor(name: str, raised: str | None, unit: str) -> str:
    """Return the expression of one name, and of the digits right behind it: ``mm2``, ``s-1``."""
    known = _vocabulary().find(name)
    power = raised
    if known is None and raised is None and (match := _NAME_RAISED.fullmatch(name)):
        known, power = _vocabulary().find(match[1]), match[2]
    if known is None:
        raise _unknown(unit)
    return f"({known})" if power is None else f"({known})**({power})"


def _unknown(unit: str) -> UnknownUnitError:
    return UnknownUnitError(
        f"unknown unit {unit[:MAX_UNIT]!r}: use one of docs/reference/units.md, for example 'mm', 'eV' or '1/Å'"
    )


_PHRASES = {_typed(text): _typed(meaning) for text, meaning in PHRASES.items()}
_DEGREES = {text.lower(): meaning for text, meaning in _PHRASES.items() if text.startswith(("deg", "°"))}
_LEFT_ALONE = frozenset(_typed(text) for text in LEFT_ALONE)
