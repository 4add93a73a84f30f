"""Quantities in SI units, as SciCat's routes show them (``valueSI``, ``unitSI``)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import pint

from beamlore.contract import (
    UnitDefinitionError,
    UnknownUnitError,
    define_units,
    known_spellings,
    parsed_unit,
    unit_registry,
)

# Products that metadata carry often; names of single units are in the vocabulary.
_COMPOUND = ("1/m", "1/nm", "1/Å", "1/angstrom", "Å^-1", "nm^-1", "1/s", "m/s", "mm/s", "cts/s", "counts/s", "ph/s")
_MANY = 2.0**30
"""Large beside any offset, so that the scale keeps its digits; a power of two, so that it has them all without one."""
_ONE = "1"
"""The SI's unit of ratios (SI brochure, 2.3.3): of percent and ppm."""
# The order in which SciCat's clients know the parts of a compound unit, and the names they have there.
_DIMENSIONS = ("kilogram", "meter", "second", "ampere", "kelvin", "candela", "mole", "radian", "bit")
_SYMBOLS = dict(zip(_DIMENSIONS, ("kg", "m", "s", "A", "K", "cd", "mol", "rad", "b"), strict=True))


@dataclass(frozen=True)
class SiUnit:
    """How a unit relates to SI: ``valueSI = value × scale + offset``; ``name`` as SciCat spells it."""

    scale: float
    offset: float
    name: str

    def convert(self, value: float) -> float:
        """Return a value of the unit in SI."""
        return value * self.scale + self.offset


def load_units(file: Path | None) -> None:
    """Know the units of a facility, for as long as the process runs; does nothing without a file.

    Args:
        file: definitions as `beamlore.contract.define_units` takes them: ``gap_turn = 0.25 mm = gt``.

    Raises:
        ValueError: a definition is not understood.
    """
    if file is None:
        return
    try:
        define_units(file.read_text(encoding="utf-8"))
    except (UnitDefinitionError, OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{file}: {error}") from error
    si_unit.cache_clear()
    _spellings_by_quantity.cache_clear()


@lru_cache(maxsize=4096)
def si_unit(unit: str) -> SiUnit | None:
    """Return how a unit relates to SI, ``None`` where it is not known. Celsius and Kelvin are 273.15 apart."""
    try:
        known = parsed_unit(unit)
        zero = unit_registry().Quantity(0.0, known).to_base_units()
        many = unit_registry().Quantity(_MANY, known).to_base_units()
        powers = {str(name): float(str(power)) for name, power in zero.unit_items()}
    except (UnknownUnitError, pint.PintError, ValueError, OverflowError):
        return None
    offset = float(zero.magnitude)
    scale = (float(many.magnitude) - offset) / _MANY
    return SiUnit(scale, offset, _spelled(powers)) if math.isfinite(scale) and scale else None


def compatible_units(unit: str) -> Mapping[SiUnit, list[str]]:
    """Return spellings of units that measure the same as this one, itself among them; none where it is not known."""
    wanted = si_unit(unit)
    if wanted is None:
        return {}
    found = dict(_spellings_by_quantity().get(wanted.name, {}))
    if unit not in found.get(wanted, ()):
        found[wanted] = [unit, *found.get(wanted, ())]
    return found


@cache
def _spellings_by_quantity() -> Mapping[str, dict[SiUnit, list[str]]]:
    found: dict[str, dict[SiUnit, list[str]]] = {}
    for spelling in dict.fromkeys((*_COMPOUND, *known_spellings())):
        known = si_unit(spelling)
        if known is not None:
            found.setdefault(known.name, {}).setdefault(known, []).append(spelling)
    return found


def _spelled(powers: Mapping[str, float]) -> str:
    order = [name for name in (*_DIMENSIONS, *sorted(powers)) if name in powers]
    ordered = list(dict.fromkeys(order))
    above = [_power(name, powers[name]) for name in ordered if powers[name] > 0]
    if not powers:
        return _ONE
    if not above:
        return " ".join(_power(name, powers[name]) for name in ordered)
    below = [_power(name, -powers[name]) for name in ordered if powers[name] < 0]
    if not below:
        return " ".join(above)
    top = f"({' '.join(above)})" if len(above) > 1 else above[0]
    bottom = f"({' '.join(below)})" if len(below) > 1 else below[0]
    return f"{top} / {bottom}"


def _power(name: str, power: float) -> str:
    symbol = _SYMBOLS.get(name, name)
    return symbol if power == 1 else f"{symbol}^{power:g}"
