"""The columns of an exported table: the dataset's own fields, and one for each metadata key (and one for its unit)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias

import orjson
import structlog

from beamlore.catalogue.answers import to_json
from beamlore.catalogue.datasets.conversion import without_si
from beamlore.catalogue.datasets.vocabulary import DATASETS
from beamlore.catalogue.filters.fields import Field
from beamlore.catalogue.keys import as_sent, sent_key
from beamlore.catalogue.names import names

log = structlog.get_logger(__name__)

Kind: TypeAlias = Literal["text", "count", "integer", "number", "flag", "date", "texts", "json"]
METADATA = "scientificMetadata"
OTHER_KEYS = f"{METADATA} (other keys as JSON)"
"""The column of the metadata keys that have none of their own."""

_BY_DEFAULT = names(
    "_id datasetName type proposalIds instrumentIds sampleIds runNumber startTime endTime creationTime owner "
    "ownerGroup accessGroups principalInvestigators isPublished sourceFolder size numberOfFiles comment "
    "dataQualityMetrics keywords description createdAt updatedAt"
)
_REALS = frozenset({"dataQualityMetrics"})
_OBJECTS = frozenset({"techniques", "relationships", "history"})
_NUMBERS = frozenset({"int", "long", "double", "decimal"})
_NOTHING = frozenset({"null", "missing", "undefined"})


_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True)
class Column:
    """A column: its name in the table, what it holds, and how a document's value is found."""

    name: str
    kind: Kind
    read: Callable[[Mapping[str, Any]], Any]

    def value(self, document: Mapping[str, Any]) -> Any:
        """Return the value for a document, as the kind says; ``None`` for nothing.

        A value of another kind is left out and logged: it was changed since the export began, or stored wrongly by
        another program, and the other rows are worth having.
        """
        found = self.read(document)
        if found is None:
            return None
        try:
            return _AS[self.kind](found)
        except (TypeError, ValueError, OverflowError):
            log.warning("value left out of an export", pid=document.get("_id"), column=self.name, kind=self.kind)
            return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or value != int(value) or int(value) not in _INT64:
        raise TypeError("not a whole number of 64 bits")
    return int(value)


def _count(value: Any) -> int:
    return _integer(round(value))


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("not a number")
    return float(value if isinstance(value, int | float) else str(value))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a flag")
    return value


def _date(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError("not a date")
    return value


def _texts(value: Any) -> list[str]:
    return [_text(one) for one in value] if isinstance(value, list) else [_text(value)]


def _json(value: Any) -> str:
    return to_json(value).decode()


_AS: dict[Kind, Callable[[Any], Any]] = {
    "text": _text,
    "count": _count,
    "integer": _integer,
    "number": _number,
    "flag": _flag,
    "date": _date,
    "texts": _texts,
    "json": _json,
}


def own_columns(fields: Iterable[Field]) -> list[Column]:
    """Return the columns of a dataset's own fields."""
    return [Column("pid" if field.path == "_id" else field.path, _kind(field), _by_path(field)) for field in fields]


def default_fields() -> tuple[Field, ...]:
    """Return the fields of an export that names none."""
    return tuple(DATASETS.field(name, "columns", strict=True) for name in _BY_DEFAULT)


def metadata_columns(key: str, types: Iterable[str], *, has_unit: bool, inexact: bool = False) -> list[Column]:
    """Return the columns of a metadata key.

    Args:
        key: which, as it is stored.
        types: the names MongoDB has for the types of its values.
        has_unit: whether a unit is given with any of them.
        inexact: whether one of them is an integer that a double cannot hold.
    """
    name = f"{METADATA}.{sent_key(key)}"
    kind = _kind_of_types(frozenset(types) - _NOTHING)
    columns = [Column(name, "json" if inexact and kind == "number" else kind, _value_of(key))]
    if has_unit:
        columns.append(Column(f"{name}.unit", "text", _unit_of(key)))
    return columns


def other_keys(keys: Iterable[str]) -> Column:
    """Return the column of all metadata keys but these, as one JSON object in each row."""
    known = frozenset(keys)

    def read(document: Mapping[str, Any]) -> Any:
        metadata = document.get(METADATA)
        if not isinstance(metadata, Mapping):
            return metadata
        others = {key: entry for key, entry in metadata.items() if key not in known}
        return as_sent(without_si(others)) if others else None

    return Column(OTHER_KEYS, "json", read)


def told_apart(columns: Iterable[Column]) -> list[Column]:
    """Return columns with a number behind names that are there already, whatever their case.

    Many readers of tables, such as SQL engines over Parquet, take ``Energy`` and ``energy`` for the same column.
    """
    taken: set[str] = set()
    found = []
    for column in columns:
        name, number = column.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{column.name} ({number})"
        taken.add(name.casefold())
        found.append(replace(column, name=name))
    return found


def _kind(field: Field) -> Kind:
    if field.path in _OBJECTS or field.kind in ("object", "any"):
        return "json"
    if field.kind == "number":
        return "number" if field.path in _REALS else "count"
    if field.kind == "list":
        return "texts"
    return "text" if field.kind == "text" else "flag" if field.kind == "flag" else "date"


def _kind_of_types(types: frozenset[str]) -> Kind:
    if types <= {"int", "long"}:
        return "integer" if types else "text"
    if types <= _NUMBERS:
        return "number"
    if types == {"bool"}:
        return "flag"
    if types == {"date"}:
        return "date"
    return "text" if types == {"string"} else "json"


def _by_path(field: Field) -> Callable[[Mapping[str, Any]], Any]:
    parts = field.path.split(".")

    def read(document: Mapping[str, Any]) -> Any:
        here: Any = document
        for part in parts:
            here = here.get(part) if isinstance(here, Mapping) else None
        return here

    return read


def _entry(document: Mapping[str, Any], key: str) -> Any:
    metadata = document.get(METADATA)
    return metadata.get(key) if isinstance(metadata, Mapping) else None


def _value_of(key: str) -> Callable[[Mapping[str, Any]], Any]:
    def read(document: Mapping[str, Any]) -> Any:
        entry = _entry(document, key)
        if isinstance(entry, Mapping):
            return entry["value"] if "value" in entry else entry.get("v", entry)
        return entry

    return read


def _unit_of(key: str) -> Callable[[Mapping[str, Any]], Any]:
    def read(document: Mapping[str, Any]) -> Any:
        entry = _entry(document, key)
        unit = (entry.get("unit") or entry.get("u")) if isinstance(entry, Mapping) else None
        return unit if unit is None or isinstance(unit, str) else orjson.dumps(unit).decode()

    return read
