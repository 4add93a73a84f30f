"""Units as instruments write them, brought to the spelling pint knows."""

import re
from functools import cache, lru_cache
from tokenize import TokenError
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

# Found by trying: what pint raises, beside its own errors, for texts that are no units.
_PINT_ALSO_RAISES = (
    TokenError,
    SyntaxError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    AssertionError,
)
# pint computes the numbers of an expression, and 9**9**9**9 has no end. A unit needs a number in two places only: the 1
# of 1/s, and an exponent of up to two digits with no exponent of its own.
_LONGEST = 64
_CHARACTERS = re.compile(r"[\w °%/*^().-]*")
_NUMBER = re.compile(r"(?<![\w.])[\d.]")
_NEEDED_NUMBER = re.compile(r"^\s*1(?=\s*/)|(?:\*\*|\^)\s*[-+]?\d{1,2}(?![\w.]|\s*(?:\*\*|\^))")


class UnknownUnitError(ValueError):
    """A unit is not known to the unit registry."""


@cache
def _registry() -> "pint.UnitRegistry[float]":
    import pint

    registry: pint.UnitRegistry[float] = pint.UnitRegistry(cache_folder=None)
    return registry


@lru_cache(maxsize=4096)
def canonical_unit(unit: str) -> str:
    """Return pint's compact spelling of a unit (``"mm"`` → ``"mm"``, ``"%"`` → ``"%"``, ``"Ohm"`` → ``"Ω"``).

    Raises:
        UnknownUnitError: pint does not know it.
    """
    # Imported when first needed: half a second and 24 MB that most processes never use.
    from pint import PintError

    text = _ALIASES.get(unit.strip(), unit.strip())
    try:
        if len(text) > _LONGEST or not _CHARACTERS.fullmatch(text) or _NUMBER.search(_NEEDED_NUMBER.sub("", text)):
            raise ValueError("not a unit's form")
        return f"{_registry().Unit(text):~}"
    except (PintError, *_PINT_ALSO_RAISES) as error:
        raise UnknownUnitError(
            f"the unit {unit[:_LONGEST]!r} is not known; write it as pint does, for example 'mm', 'eV', '1/angstrom'"
        ) from error
