"""The metadata of a scan, put together from its start, its course and its end."""

from collections.abc import Mapping

import msgspec

from beamlore.contract import MetadataValue, Scalar

END_SUFFIX = "_end"
_MAX_KEY = 256
_MAX_NAME = 256


def own_values(values: Mapping[str, MetadataValue | Scalar]) -> dict[str, MetadataValue]:
    """Return metadata given by the instrument's code, where a bare value has no unit and its key as its name."""
    return {
        key: value if isinstance(value, MetadataValue) else MetadataValue(value=value, name=key[:_MAX_NAME])
        for key, value in values.items()
    }


def complete(start: Mapping[str, MetadataValue], end: Mapping[str, MetadataValue]) -> dict[str, MetadataValue]:
    """Return what a finished scan records of the values gathered at its start and at its end.

    A key holds the value at the start, the conditions under which the scan was made, as NeXus and Sardana's pre-scan
    snapshot have it. Where the end differs it stands beside it, under the key with ``_end``. What could be read only at
    the end stands under the key itself.
    """
    merged = dict(start)
    for key, last in end.items():
        first = start.get(key)
        if first is None or (last.available and not first.available):
            merged[key] = last
        elif last.available and last.value != first.value:
            end_key = f"{key}{END_SUFFIX}"
            if end_key not in start and end_key not in end and len(end_key) <= _MAX_KEY:
                merged[end_key] = msgspec.structs.replace(last, name=f"{last.name or key} (at the end)"[:_MAX_NAME])
    return merged
