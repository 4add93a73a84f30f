"""Any Python value as one that JSON and the catalogue can carry.

Instruments give what their libraries give: numpy's arrays, quantities, paths, enumerations. They are told by what they
can do, so that none of those libraries is imported here.
"""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, TypeAlias

from beamlore.contract._limits import INT64, MAX_LIST, MAX_TEXT

NOT_A_NUMBER = "not a number"
Scalar: TypeAlias = bool | int | float | str


class UnfitValueError(ValueError):
    """A value cannot be recorded; the text says why."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A value as JSON knows it, the unit it brought along, and what was changed of it."""

    value: Scalar | list[Scalar | None]
    unit: str = ""
    note: str = ""


def plain_value(raw: object) -> Plain:
    """Return a value as JSON knows it.

    In a list, what is not a number is ``None``. An integer beyond 64 bits becomes a float, a text that is too long is
    cut, and the note says so.

    Raises:
        UnfitValueError: it is empty, not a number, a longer list than is recorded, of more than one dimension, or of no
            known kind; or the object itself fails when it is looked at.
    """
    try:
        return _plain(raw)
    except UnfitValueError:
        raise
    except Exception as error:
        # The object is somebody else's: whatever it raises must not end a scan.
        raise UnfitValueError(f"reading a value of kind {type(raw).__name__} failed: {type(error).__name__}") from error


def plain_text(raw: object, limit: int) -> str:
    """Return an object as text of at most so many characters, without what is no Unicode; empty where it has none."""
    try:
        if isinstance(raw, Enum):
            raw = raw.name
        if isinstance(raw, os.PathLike):
            raw = os.fspath(raw)
        text = raw if isinstance(raw, str) else _decoded(raw) if isinstance(raw, bytes) else str(raw)
        return "" if raw is None else _unicode(text)[:limit]
    except Exception:
        return f"({type(raw).__name__} without a text)"[:limit]


def _plain(raw: object) -> Plain:
    if isinstance(raw, Enum):
        return Plain(raw.name)
    for name, unit_name in (("magnitude", "units"), ("value", "unit")):
        # Quantities: pint's and astropy's.
        if hasattr(raw, name) and hasattr(raw, unit_name):
            inner = _plain(getattr(raw, name))
            return Plain(inner.value, plain_text(getattr(raw, unit_name), 256), inner.note)
    if isinstance(raw, timedelta):
        return Plain(raw.total_seconds(), "s")
    if hasattr(raw, "tolist"):
        raw = _from_array(raw)
    if isinstance(raw, list | tuple | set | frozenset):
        return _plain_list(raw)
    value, note = _scalar(raw)
    return Plain(value, "", note)


def _from_array(raw: Any) -> object:
    """Return the Python counterpart of numpy's arrays and scalars, and of whatever else has their methods."""
    size = getattr(raw, "size", 0)
    if isinstance(size, int) and size > MAX_LIST:
        raise UnfitValueError(_too_long(size))
    if getattr(getattr(raw, "dtype", None), "kind", "") in "mM":
        # Moments and durations: finer than Python's, so as text.
        texts = raw.astype(str).tolist()
        return [None if text == "NaT" else text for text in texts] if isinstance(texts, list) else _moment(texts)
    return raw.tolist()


def _plain_list(raw: list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any]) -> Plain:
    if len(raw) > MAX_LIST:
        raise UnfitValueError(_too_long(len(raw)))
    items: list[Scalar | None] = []
    notes: list[str] = []
    for item in raw:
        try:
            value, note = _item(item)
        except UnfitValueError as error:
            if isinstance(item, list | tuple | dict | set | frozenset) or hasattr(item, "tolist"):
                raise
            value, note = None, "" if str(error) == NOT_A_NUMBER else str(error)
        items.append(value)
        if note and note not in notes:
            notes.append(note)
    if isinstance(raw, set | frozenset):
        items.sort(key=lambda item: (str(type(item)), item))
    return Plain(items, "", "; ".join(notes))


def _item(raw: object) -> tuple[Scalar | None, str]:
    if raw is None:
        return None, ""
    if isinstance(raw, Enum):
        return raw.name, ""
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
    if isinstance(raw, list | tuple):
        raise UnfitValueError("an image, not a value: only scalars and flat lists are recorded with a scan")
    return _scalar(raw)


def _scalar(raw: object) -> tuple[Scalar, str]:
    match raw:
        case bool():
            return raw, ""
        case int():
            return _integer(int.__int__(raw))
        case float():
            return _finite(float.__float__(raw)), ""
        case str():
            return _text(str.__str__(raw))
        case None:
            raise UnfitValueError("no value was given")
        case datetime() | date() | time():
            return _moment(raw.isoformat()), ""
        case bytes() | bytearray() | memoryview():
            return _text(_decoded(bytes(raw)))
        case Decimal():
            return (
                _integer(int(raw)) if raw.is_finite() and raw == raw.to_integral_value() else (_finite(float(raw)), "")
            )
        case Fraction():
            return _finite(float(raw)), ""
        case complex():
            _finite(raw.real)
            _finite(raw.imag)
            return str(raw).strip("()"), ""
        case os.PathLike():
            path = os.fspath(raw)
            return _text(_decoded(path) if isinstance(path, bytes) else path)
    return _number_of(raw)


def _moment(text: str) -> str:
    if text == "NaT":
        raise UnfitValueError("not a time")
    return text


def _number_of(raw: object) -> tuple[Scalar, str]:
    """Return the number an object of another library stands for."""
    as_integer: Callable[[], int] | None = getattr(raw, "__index__", None)
    if as_integer is not None:
        return _integer(as_integer())
    as_float: Callable[[], float] | None = getattr(raw, "__float__", None)
    if as_float is not None:
        return _finite(as_float()), ""
    what = "a table" if isinstance(raw, dict) else f"a value of kind {type(raw).__name__}"
    raise UnfitValueError(f"{what} is not recorded: give a number, a text or a list of them")


def _integer(value: int) -> tuple[int | float, str]:
    if -INT64 <= value < INT64:
        return value, ""
    try:
        return float(value), "an integer beyond 64 bits, kept as a float"
    except OverflowError:
        raise UnfitValueError("an integer too large for any number that is recorded") from None


def _finite(value: float) -> float:
    if math.isnan(value):
        raise UnfitValueError(NOT_A_NUMBER)
    if math.isinf(value):
        raise UnfitValueError("infinite")
    return value


def _text(text: str) -> tuple[str, str]:
    clean = _unicode(text)
    if len(clean) <= MAX_TEXT:
        return clean, ""
    return clean[:MAX_TEXT], f"a text of {len(clean)} characters, cut to {MAX_TEXT}"


def _unicode(text: str) -> str:
    """Return a text without lone surrogates, which no UTF-8 has: file names in Latin-1 bring them."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _too_long(length: int) -> str:
    return f"a list of {length} values: at most {MAX_LIST} are recorded with a scan"
