"""Between what SciCat's routes say and what is stored."""

from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.quantities import si_unit

_FORMER = {
    "proposalId": "proposalIds",
    "sampleId": "sampleIds",
    "instrumentId": "instrumentIds",
    "principalInvestigator": "principalInvestigators",
    "investigator": "principalInvestigators",
}
_NESTING = 6


def to_current(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields with v3's single values as the lists that are stored."""
    current = {name: value for name, value in fields.items() if name not in _FORMER}
    for former, name in _FORMER.items():
        if fields.get(former) is not None:
            current[name] = [fields[former]]
    return current


def as_v4(document: dict[str, Any]) -> dict[str, Any]:
    """Return a stored dataset as v4 shows it. Changes and returns the document."""
    document.pop("beamlore", None)
    metadata = document.get("scientificMetadata")
    if isinstance(metadata, dict):
        document["scientificMetadata"] = with_si(metadata)
    return document


def as_v3(document: dict[str, Any]) -> dict[str, Any]:
    """Return a stored dataset as v3 shows it: the first of each list also by itself. Changes and returns it."""
    as_v4(document)
    for former, name in _FORMER.items():
        values = document.get(name)
        if values and isinstance(values, list) and (former != "investigator" or document.get("type") == "derived"):
            document[former] = values[0]
    return document


def with_si(metadata: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """Return metadata with ``valueSI`` and ``unitSI`` beside each number (or pair of numbers) that has a unit.

    A unit that is not known stands for itself, as SciCat does it. What is stored is not touched.
    """
    shown = {}
    for key, entry in metadata.items():
        if isinstance(entry, dict):
            unit = entry.get("unit") or entry.get("u")
            value = entry.get("value", entry.get("v"))
            if unit and isinstance(unit, str):
                shown[key] = entry | _si(value, unit)
            else:
                shown[key] = with_si(entry, depth + 1) if depth < _NESTING else entry
        else:
            shown[key] = entry
    return shown


def _si(value: object, unit: str) -> dict[str, Any]:
    if not _convertible(value):
        return {}
    known = si_unit(unit)
    if known is None:
        return {"valueSI": value, "unitSI": unit}
    if isinstance(value, list):
        return {"valueSI": [known.convert(one) for one in value], "unitSI": known.name}
    return {"valueSI": known.convert(value), "unitSI": known.name}  # type: ignore[arg-type]


def _convertible(value: object) -> bool:
    if isinstance(value, list):
        return len(value) == 2 and all(_is_number(one) for one in value)
    return _is_number(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
