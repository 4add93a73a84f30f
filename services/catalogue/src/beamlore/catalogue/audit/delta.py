"""What is different between two states of a document, so that either can be had from the other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from beamlore.catalogue.database.repository import Document

Difference = dict[str, Any]
"""``path`` (keys, outermost first), ``before`` where there was a value, ``after`` where there is one."""


def differences(before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...] = ()) -> list[Difference]:
    """Return the differences, as deep in the objects as they are; lists are compared as a whole."""
    return list(_differences(before, after, path))


def undone(after: Mapping[str, Any], found: Sequence[Difference]) -> Document:
    """Return the document as it was before these differences. The one given is left as it is."""
    return _walked(after, found, "before")


def redone(before: Mapping[str, Any], found: Sequence[Difference]) -> Document:
    """Return the document as it was after these differences. The one given is left as it is."""
    return _walked(before, found, "after")


def _differences(before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Difference]:
    for key in {**before, **after}:
        here = (*path, key)
        if key not in after:
            yield {"path": list(here), "before": before[key]}
        elif key not in before:
            yield {"path": list(here), "after": after[key]}
        else:
            old, new = before[key], after[key]
            if isinstance(old, Mapping) and isinstance(new, Mapping):
                yield from _differences(old, new, here)
            elif not _same(old, new):
                yield {"path": list(here), "before": old, "after": new}


def _same(old: Any, new: Any) -> bool:
    """Whether two values are the same to who stored them: ``1``, ``1.0`` and ``True`` are three."""
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_same(*pair) for pair in zip(old, new, strict=True))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if type(old) is not type(new):
        return False
    # NaN is the one value that is unlike itself.
    return bool(old == new) or (old != old and new != new)


def _walked(document: Mapping[str, Any], found: Sequence[Difference], side: str) -> Document:
    result = _copied(document)
    for one in found:
        *parents, key = one["path"]
        place = result
        for parent in parents:
            place = place[parent]
        if side in one:
            place[key] = one[side]
        else:
            place.pop(key, None)
    return result


def _copied(value: Mapping[str, Any]) -> Document:
    return {key: _copied(member) if isinstance(member, Mapping) else member for key, member in value.items()}
