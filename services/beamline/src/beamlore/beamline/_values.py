"""What was read from a source, as an entry of the message."""

import msgspec

from beamlore.contract import (
    MetadataEntry,
    MetadataValue,
    Scalar,
    UnfitValueError,
    apply_value_map,
    fit_entry,
    plain_value,
)


def unavailable(entry: MetadataEntry, reason: str) -> MetadataValue:
    """Return the entry's value where its source gave none."""
    return fit_entry(_of(entry, None, reason=reason, available=False))


def recorded(entry: MetadataEntry, raw: object, unit: str = "", labels: tuple[str, ...] = ()) -> MetadataValue:
    """Return what is recorded for a raw value.

    The entry's value map comes first; an enumeration it does not map is recorded by its label. A mapped value has no
    unit. What is not a finite number is unavailable, because JSON (RFC 8259, section 6) has no NaN and no infinity.

    Args:
        entry: what to record.
        raw: as the source gave it: a scalar, an enumeration, a sequence, or a numpy value.
        unit: the source's unit, used where the entry names none.
        labels: the source's labels by number, where it is an enumeration.
    """
    try:
        plain = plain_value(raw)
    except UnfitValueError as error:
        return unavailable(entry, str(error))
    value = plain.value
    result: object
    if isinstance(value, list):
        result = [_mapped(entry, item, labels) for item in value]
    else:
        result = _mapped(entry, value, labels)
    is_mapped = isinstance(result, str) and not isinstance(value, str)
    fitted = fit_entry(_of(entry, result, unit="" if is_mapped else entry.unit or unit, reason=plain.note))
    if is_mapped:
        # Not that of the source's number either.
        return msgspec.structs.replace(fitted, unit="")
    return fitted


def _of(
    entry: MetadataEntry, value: object, *, unit: str | None = None, reason: str, available: bool = True
) -> MetadataValue:
    return MetadataValue(
        value=value,  # type: ignore[arg-type]  # fitted by the caller
        unit=entry.unit if unit is None else unit,
        name=entry.name,
        source=entry.source,
        group=entry.group,
        available=available,
        reason=reason,
    )


def _mapped(entry: MetadataEntry, value: Scalar | None, labels: tuple[str, ...]) -> object:
    if value is None:
        return None
    mapped = apply_value_map(entry, value)
    if mapped is value and labels and isinstance(value, int) and 0 <= value < len(labels):
        return labels[value]
    return mapped
