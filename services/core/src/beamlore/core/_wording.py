"""Mistakes in what somebody sent, in plain English: where, with the names they used, and what to do about it.

pydantic's places also name the branches of its types (``size.constrained-float``), and a union has a mistake for each
branch; its sentences speak of `Input`. Here a place is the path into what was sent, and each place has one sentence.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

_SUBJECT = re.compile(r"^(?:Input|String|List|Tuple|Dictionary|Value|Number|Data|Datetime|Date|URL|Bytes) should ")
_RAISED = re.compile(r"^(?:Value error|Assertion failed), ")


class Mistake(NamedTuple):
    """One thing that is wrong."""

    place: tuple[str | int, ...]
    """The way to it, by names and positions."""

    kind: str
    """pydantic's type of it: `int_type`."""

    sentence: str
    """What is wrong, to be read after its place: `must be an integer`."""


def mistakes_of(errors: Iterable[Mapping[str, Any]], value: object) -> list[Mistake]:
    """Return what pydantic found, one mistake for each place.

    Args:
        errors: of a ``ValidationError`` or FastAPI's ``RequestValidationError``.
        value: what was validated, as the places count from it.
    """
    found: dict[tuple[str | int, ...], Mistake] = {}
    for error in errors:
        place = place_in(value, error["loc"], missing=error["type"] == "missing")
        known = found.get(place)
        mistake = Mistake(place, str(error["type"]), sentence_of(error))
        if known is None:
            found[place] = mistake
        elif mistake.sentence not in known.sentence:
            found[place] = known._replace(sentence=f"{known.sentence}, or {mistake.sentence}")
    return list(found.values())


def place_in(value: object, location: Sequence[str | int], *, missing: bool = False) -> tuple[str | int, ...]:
    """Return a location of pydantic's without the names of types in it.

    Args:
        value: what was validated.
        location: pydantic's ``loc``.
        missing: whether its last part is not there.
    """
    place: list[str | int] = []
    here = value
    for part in location:
        there, member = _member(here, part)
        if there:
            here = member
        elif not missing or part != location[-1]:
            continue
        place.append(part)
    return tuple(place)


def _member(value: object, part: str | int) -> tuple[bool, object]:
    if isinstance(value, Mapping):
        return part in value, value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return True, value[part]
    return False, None


def sentence_of(error: Mapping[str, Any]) -> str:
    """Return what is wrong, to be read after the name of the field."""
    said = str(error["msg"])
    if error["type"] == "missing":
        return "is missing"
    if error["type"] == "extra_forbidden":
        return "is not a known field"
    if _RAISED.match(said):
        return _RAISED.sub("", said)
    return _SUBJECT.sub("must ", said)


def written(place: Sequence[str | int]) -> str:
    """Return a place as it is written: `items[3].start`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
