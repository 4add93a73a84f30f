"""Quantities in SI units, as SciCat's routes show them (``valueSI``, ``unitSI``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import pint

from beamlore.catalogue.names import names
from beamlore.contract import UnknownUnitError, canonical_unit

_COMMON = names("""
    m cm mm um µm nm pm Å angstrom km s ms us µs ns ps fs min h Hz kHz MHz GHz THz eV keV MeV GeV meV J kJ mJ K mK degC
    celsius A mA uA µA nA V mV kV MV W mW kW MW Pa hPa kPa MPa GPa bar mbar T mT gauss g kg mg ug C rad mrad urad deg
    degree N mN ohm F H mol mol/l 1/m 1/nm 1/angstrom 1/s % ppm count counts
""")
_GAUSS = "gauss_in_si"
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


@cache
def _registry() -> "pint.UnitRegistry[float]":
    registry: pint.UnitRegistry[float] = pint.UnitRegistry(cache_folder=None)
    # As magnets are read: a field in SI, not the square root of a pressure that it is in the CGS system.
    registry.define(f"{_GAUSS} = 1e-4 * tesla")
    return registry


_of_the_facility: dict[str, None] = {}


def load_units(file: Path) -> None:
    """Know the units of a facility, for as long as the process runs.

    Args:
        file: definitions in pint's form, one on a line: ``gap_turn = 0.25 * millimeter = gt``.

    Raises:
        ValueError: a definition is not understood.
    """
    try:
        _registry().load_definitions(str(file))
    except (pint.PintError, OSError) as error:
        raise ValueError(f"{file}: {error}") from error
    for line in file.read_text().splitlines():
        name, *rest = (part.strip() for part in line.partition("#")[0].split("="))
        if rest and not name.startswith(("@", "[")):
            _of_the_facility.update(dict.fromkeys(one for one in (name, *rest[1:]) if one and one != "_"))
    si_unit.cache_clear()
    compatible_units.cache_clear()


@lru_cache(maxsize=4096)
def si_unit(unit: str) -> SiUnit | None:
    """Return how a unit relates to SI, ``None`` where it is not known. Celsius and Kelvin are 273.15 apart."""
    try:
        known = _registry().Unit(unit if unit in _of_the_facility else _canonical(unit))
        zero = _registry().Quantity(0.0, known).to_base_units()
        one = _registry().Quantity(1.0, known).to_base_units()
        powers = {str(name): float(str(power)) for name, power in one.unit_items()}
    except (UnknownUnitError, pint.PintError, ValueError, AttributeError, TypeError):
        return None
    return SiUnit(float(one.magnitude) - float(zero.magnitude), float(zero.magnitude), _spelled(powers))


def _canonical(unit: str) -> str:
    known = canonical_unit("degC" if unit.strip().lower() == "celsius" else unit)
    return str(_registry().Unit(known)).replace("gauss", _GAUSS)


@lru_cache(maxsize=1024)
def compatible_units(unit: str) -> tuple[str, ...]:
    """Return spellings of units that measure the same as this one, itself first."""
    wanted = si_unit(unit)
    if wanted is None:
        return (unit,)
    others = (
        one
        for one in (*_COMMON, *_of_the_facility)
        if one != unit and (si := si_unit(one)) is not None and si.name == wanted.name
    )
    return (unit, *others)


def _spelled(powers: Mapping[str, float]) -> str:
    order = [name for name in (*_DIMENSIONS, *sorted(powers)) if name in powers]
    ordered = list(dict.fromkeys(order))
    above = [_power(name, powers[name]) for name in ordered if powers[name] > 0]
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
