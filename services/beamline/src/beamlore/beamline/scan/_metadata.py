"""The metadata of a scan, put together from its start, its course and its end."""

from collections.abc import Mapping

import msgspec

from beamlore.contract import MAX_NAME, MetadataValue

END_SUFFIX = "_end"


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
            if end_key not in start and end_key not in end and len(end_key) <= MAX_NAME:
                merged[end_key] = msgspec.structs.replace(last, name=f"{last.name or key} (at the end)"[:MAX_NAME])
    return merged
