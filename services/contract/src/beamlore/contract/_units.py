"""Units as instruments write them, brought to the spelling pint knows."""

from functools import cache, lru_cache

import pint

_ALIASES = {
    "%": "percent",
    "Å": "angstrom",
    "\u212b": "angstrom",
    "A^-1": "1/angstrom",
    "Ohm": "ohm",
    "ohms": "ohm",
    "Gauss": "gauss",
    "counts": "count",
    "cts": "count",
    "°C": "degC",
    "C°": "degC",
    "°": "degree",
    "deg": "degree",
    "\u00b5m": "micrometer",
    "\u03bcm": "micrometer",
}


class UnknownUnitError(ValueError):
    """A unit is not known to the unit registry."""


@cache
def _registry() -> "pint.UnitRegistry[float]":
    registry: pint.UnitRegistry[float] = pint.UnitRegistry(cache_folder=None)
    return registry


@lru_cache(maxsize=4096)
def canonical_unit(unit: str) -> str:
    """Return pint's compact spelling of a unit (``"mm"`` → ``"mm"``, ``"%"`` → ``"%"``, ``"Ohm"`` → ``"Ω"``).

    Raises:
        UnknownUnitError: pint does not know it.
    """
    text = unit.strip()
    try:
        return f"{_registry().Unit(_ALIASES.get(text, text)):~}"
    except (pint.PintError, ValueError, AttributeError, TypeError, AssertionError) as error:
        raise UnknownUnitError(
            f"the unit {unit!r} is not known; write it as pint does, for example 'mm', 'eV', '1/angstrom'"
        ) from error
