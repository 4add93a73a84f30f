"""What SciCat's history calls a delta: the changed fields, nested as they are, before and after."""

from collections.abc import Mapping
from typing import Any

_NOT_TOLD = frozenset({"_id", "__v"})


def deltas(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields that are different, as they were and as they are; a field taken away is null now.

    Source: the records a SciCat backend writes with ``TRACKABLE_STRATEGY=delta``.
    """
    was: dict[str, Any] = {}
    now: dict[str, Any] = {}
    for key in {**before, **after}:
        if key in _NOT_TOLD:
            continue
        old, new = before.get(key), after.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            inner_was, inner_now = deltas(old, new)
            if inner_now:
                was[key], now[key] = inner_was, inner_now
        elif old != new or type(old) is not type(new):
            now[key] = new
            if key in before:
                was[key] = old
    return was, now
