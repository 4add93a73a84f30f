"""Times as SciCat's clients write them.

Source: SciCat's ``CreateCustomJwt``, which takes what the ``jsonwebtoken`` package does: a number of seconds, or a
number with a unit, such as ``2 days`` or ``10h``.
"""

import re

from beamlore.core import BadRequestError

_MINUTE = 60
_DAY = 24 * 60 * _MINUTE
_UNITS = {
    "ms": 0.001,
    "s": 1,
    "m": _MINUTE,
    "h": 60 * _MINUTE,
    "d": _DAY,
    "w": 7 * _DAY,
    "y": 365.25 * _DAY,
}
_WORDS = {
    "ms": ("ms", "msec", "msecs", "millisecond", "milliseconds"),
    "s": ("", "s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
    "y": ("y", "yr", "yrs", "year", "years"),
}
_SECONDS = {word: _UNITS[unit] for unit, words in _WORDS.items() for word in words}
_TIME = re.compile(r"(-?[0-9]{1,15}(?:\.[0-9]{1,9})?) ?([a-z]*)")
LONGEST = 200 * _UNITS["y"]


def seconds_of(value: str | float, never: str) -> int:
    """Return a time in seconds.

    Args:
        value: as it was sent.
        never: what ``never`` stands for.

    Raises:
        BadRequestError: it is not a time, or a longer one than anybody lives.
    """
    text = str(value).strip().lower()
    found = _TIME.fullmatch(never if text == "never" else text)
    if found is None or found[2] not in _SECONDS:
        raise BadRequestError(f"expiresIn: {text[:40]!r} is not a time such as '3600', '2 days' or 'never'")
    seconds = float(found[1]) * _SECONDS[found[2]]
    if abs(seconds) > LONGEST:
        raise BadRequestError("expiresIn: is longer than anybody lives")
    return int(seconds)
