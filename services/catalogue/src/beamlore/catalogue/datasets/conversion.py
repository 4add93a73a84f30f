"""Between what SciCat's routes say and what is stored."""

from collections.abc import Mapping
from typing import Any

from beamlore.catalogue.keys import as_sent
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


def without_si(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return metadata without ``valueSI`` and ``unitSI``: clients send back what they were shown, computed for them."""
    found = {}
    for key, entry in metadata.items():
        if isinstance(entry, dict):
            derived = ("unit" in entry and "value" in entry) or ("u" in entry and "v" in entry)
            entry = without_si(entry)
            if derived:
                entry.pop("valueSI", None)
                entry.pop("unitSI", None)
        found[key] = entry
    return found


def as_v4(document: dict[str, Any]) -> dict[str, Any]:
    """Return a stored dataset as v4 shows it. Changes and returns the document."""
    document.pop("beamlore", None)
    metadata = document.get("scientificMetadata")
    if isinstance(metadata, dict):
        add_si(metadata)
        if _has_encoded(metadata):
            document["scientificMetadata"] = as_sent(metadata)
    return document


def as_v3(document: dict[str, Any]) -> dict[str, Any]:
    """Return a stored dataset as v3 shows it: the first of each list also by itself. Changes and returns it."""
    as_v4(document)
    for former, name in _FORMER.items():
        values = document.get(name)
        if values and isinstance(values, list) and (former != "investigator" or document.get("type") == "derived"):
            document[former] = values[0]
    return document


def add_si(metadata: dict[str, Any], depth: int = 0) -> None:
    """Put ``valueSI`` and ``unitSI`` beside each number (or pair of numbers) that has a unit. Changes the metadata.

    A unit that is not known stands for itself, as SciCat does it. Runs for each entry of each dataset shown: one loop.
    """
    for entry in metadata.values():
        if not isinstance(entry, dict):
            continue
        unit = entry.get("unit") or entry.get("u")
        if not isinstance(unit, str) or not unit:
            if depth < _NESTING:
                add_si(entry, depth + 1)
            continue
        value: Any = entry.get("value", entry.get("v"))
        kind = type(value)
        if kind is float or kind is int or (kind is not bool and isinstance(value, int)):
            known = si_unit(unit)
            if known is None:
                entry["valueSI"], entry["unitSI"] = value, unit
            else:
                entry["valueSI"], entry["unitSI"] = value * known.scale + known.offset, known.name
        elif kind is list and len(value) == 2 and all(_is_number(one) for one in value):
            known = si_unit(unit)
            entry["valueSI"] = value if known is None else [known.convert(one) for one in value]
            entry["unitSI"] = unit if known is None else known.name


def _has_encoded(metadata: dict[str, Any]) -> bool:
    for key, entry in metadata.items():  # noqa: SIM110 - for each entry shown: nested generators cost five times that
        if "%" in key or (isinstance(entry, dict) and _has_encoded(entry)):
            return True
    return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
