"""What was read, as values that JSON and the catalogue can carry."""

import math
from enum import Enum

from beamlore.contract import MetadataEntry, MetadataValue, Scalar, apply_value_map

MAX_LIST = 1000
"""Longer spectra are data, not metadata."""

MAX_TEXT = 16_384
_MAX_UNIT = 64
_MAX_REASON = 512
_INT64 = 2**63


class UnfitValueError(ValueError):
    """A value cannot be recorded; the text says why."""


def unavailable(entry: MetadataEntry, reason: str) -> MetadataValue:
    """Return the entry's value where its source gave none."""
    return MetadataValue(
        value=None,
        unit=entry.unit,
        name=entry.name,
        source=entry.source,
        group=entry.group,
        available=False,
        reason=" ".join(reason.split())[:_MAX_REASON],
    )


def recorded(entry: MetadataEntry, raw: object, unit: str = "", labels: tuple[str, ...] = ()) -> MetadataValue:
    """Return what is recorded for a raw value.

    The entry's value map comes first; an enumeration it does not map is recorded by its label. A mapped value has no
    unit. A float that is not finite is unavailable, because JSON (RFC 8259, section 6) has no NaN and no infinity.

    Args:
        entry: what to record.
        raw: as the source gave it: a scalar, an enumeration, a sequence, or a numpy value.
        unit: the source's unit, used where the entry names none.
        labels: the source's labels by number, where it is an enumeration.
    """
    try:
        value = plain_value(raw)
        result: object
        if isinstance(value, list):
            result = [_mapped(entry, item, labels) for item in value]
        else:
            result = _mapped(entry, value, labels)
    except UnfitValueError as error:
        return unavailable(entry, str(error))
    is_mapped = isinstance(result, str) and not isinstance(value, str)
    return MetadataValue(
        value=result,  # type: ignore[arg-type]  # a list of scalars and None, made just now
        unit="" if is_mapped else (entry.unit or unit)[:_MAX_UNIT],
        name=entry.name,
        source=entry.source,
        group=entry.group,
    )


def plain_value(raw: object) -> Scalar | list[Scalar | None]:
    """Return a value as JSON knows it.

    In a list, what is not finite is ``None``; an integer beyond 64 bits (the catalogue's widest) becomes a float.

    Raises:
        UnfitValueError: it is empty, not finite, too long, of more than one dimension, or of no known kind.
    """
    if isinstance(raw, Enum):
        return raw.name
    if hasattr(raw, "tolist"):
        # numpy's arrays and scalars: their Python counterpart.
        raw = raw.tolist()
    if isinstance(raw, list | tuple):
        if len(raw) > MAX_LIST:
            raise UnfitValueError(f"a list of {len(raw)} values: at most {MAX_LIST} are recorded with a scan")
        return [_item(item) for item in raw]
    return _scalar(raw)


def _item(raw: object) -> Scalar | None:
    if isinstance(raw, list | tuple):
        raise UnfitValueError("an image, not a value: only scalars and lists are recorded with a scan")
    if isinstance(raw, float) and not math.isfinite(raw):
        return None
    if isinstance(raw, Enum):
        return raw.name
    return _scalar(raw)


def _scalar(raw: object) -> Scalar:
    match raw:
        case bool():
            return raw
        case int():
            return raw if -_INT64 <= raw < _INT64 else float(raw)
        case float():
            if not math.isfinite(raw):
                raise UnfitValueError(f"not a finite number: {raw}")
            return raw
        case str():
            if len(raw) > MAX_TEXT:
                raise UnfitValueError(f"a text of {len(raw)} characters: at most {MAX_TEXT} are recorded with a scan")
            return raw
        case None:
            raise UnfitValueError("the source gave no value")
        case _:
            raise UnfitValueError(f"a value of kind {type(raw).__name__} is not recorded")


def _mapped(entry: MetadataEntry, value: Scalar | None, labels: tuple[str, ...]) -> object:
    if value is None:
        return None
    mapped = apply_value_map(entry, value)
    if mapped is value and labels and isinstance(value, int) and 0 <= value < len(labels):
        return labels[value]
    return mapped
