"""A stored dataset as it was sent."""

from collections.abc import Mapping
from typing import Any

from beamlore.catalogue import keys

_INTERNAL = ("beamlore", "__v")
_DERIVED = ("valueSI", "unitSI")


def as_sent(document: dict[str, Any]) -> dict[str, Any]:
    """Return a stored dataset as it was sent, with its PID as ``pid``. Changes and returns the document.

    What SciCat derives from a value and its unit (``valueSI``, ``unitSI``) is left out where it stands beside both:
    there SciCat overwrites whatever was sent under these names.
    """
    for name in _INTERNAL:
        document.pop(name, None)
    if "_id" in document:
        document["pid"] = document.pop("_id")
    if "scientificMetadata" in document:
        document["scientificMetadata"] = keys.as_sent(without_derived(document["scientificMetadata"]))
    return document


def without_derived(value: Any) -> Any:
    """Return metadata without what SciCat derives."""
    if isinstance(value, list):
        return [without_derived(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    derived = _DERIVED if ("value" in value and "unit" in value) or ("v" in value and "u" in value) else ()
    return {key: without_derived(member) for key, member in value.items() if key not in derived}
