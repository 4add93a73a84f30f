"""From changed fields to MongoDB's update operators."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from beamlore.catalogue.names import names
from beamlore.core import BadRequestError, Principal

_NEVER_WITHOUT = frozenset(
    names(
        "ownerGroup contactEmail sourceFolder datasetName creationTime isPublished size numberOfFiles "
        "accessGroups sharedWith datasetlifecycle"
    )
)
_DERIVED = ("valueSI", "unitSI")


def put(principal: Principal, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the update that puts values into fields."""
    return {
        "$set": {"updatedBy": principal.username, **fields},
        "$inc": {"beamlore.revision": 1},
        "$currentDate": {"updatedAt": True},
    }


def merged(principal: Principal, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the update that merges changes into what is stored (RFC 7396): null takes away.

    Raises:
        BadRequestError: it would take away what a dataset cannot be without.
    """
    fields: dict[str, Any] = {}
    taken: dict[str, str] = {}
    for name, value in changes.items():
        if value is None and name in _NEVER_WITHOUT:
            raise BadRequestError(f"{name}: a dataset cannot be without it")
        _merge(name, value, fields, taken)
    return put(principal, fields) | ({"$unset": taken} if taken else {})


def _merge(path: str, value: Any, fields: dict[str, Any], taken: dict[str, str]) -> None:
    if value is None:
        taken[path] = ""
    elif isinstance(value, dict) and value:
        for key, member in value.items():
            _merge(f"{path}.{key}", member, fields, taken)
        if "value" in value or "unit" in value:
            # SciCat's backend may have stored what it computed of the former value.
            taken |= {f"{path}.{name}": "" for name in _DERIVED}
    else:
        fields[path] = value


def patched(stored: Any, change: Any) -> Any:
    """Return what a merge patch makes of a value (RFC 7396, section 2)."""
    if not isinstance(change, Mapping):
        return change
    found = dict(stored) if isinstance(stored, Mapping) else {}
    for name, member in change.items():
        if member is None:
            found.pop(name, None)
        else:
            found[name] = patched(found.get(name), member)
    return found


def check_pairs(pid: str, stored: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Refuse changes of a value that leave its unit, or the other way round: nobody would know which was meant.

    Raises:
        BadRequestError: there are such; the text names them.
    """
    found = list(_unpaired(stored, changes, ""))
    if found:
        raise BadRequestError(
            f"Original dataset {pid} contains both value and unit in {', '.join(found)}. "
            "Please provide both when updating."
        )


def _unpaired(stored: Mapping[str, Any], changes: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, change in changes.items():
        here = stored.get(key)
        if not isinstance(change, Mapping) or not isinstance(here, Mapping):
            continue
        at = f"{path}.{key}" if path else key
        touched = [name for name in ("value", "unit") if name in change]
        if len(touched) == 1 and "value" in here and "unit" in here:
            yield at
        yield from _unpaired(here, change, at)


def not_later(text: str) -> dict[str, Any]:
    """Return the condition on ``updatedAt``; an HTTP date is as exact as a second (RFC 9110, section 13.1.4).

    Raises:
        BadRequestError: it is not a date.
    """
    try:
        if "," in text:
            return {"$lt": parsedate_to_datetime(text).astimezone(UTC) + timedelta(seconds=1)}
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise BadRequestError("If-Unmodified-Since: not a date") from error
    return {"$lte": moment if moment.tzinfo else moment.replace(tzinfo=UTC)}
