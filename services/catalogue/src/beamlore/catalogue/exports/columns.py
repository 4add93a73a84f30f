"""The columns of an exported table: the dataset's own fields, and one for each metadata key (and one for its unit)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

import orjson

from beamlore.catalogue.answers import to_json
from beamlore.catalogue.datasets.vocabulary import DATASETS
from beamlore.catalogue.filters.fields import Field
from beamlore.catalogue.keys import sent_key
from beamlore.catalogue.names import names

Kind: TypeAlias = Literal["text", "count", "integer", "number", "flag", "date", "texts", "json"]
METADATA = "scientificMetadata"
METADATA_COLUMNS = 2_000

_BY_DEFAULT = names(
    "_id datasetName type proposalIds instrumentIds sampleIds runNumber startTime endTime creationTime owner "
    "ownerGroup accessGroups principalInvestigators isPublished sourceFolder size numberOfFiles comment "
    "dataQualityMetrics keywords description createdAt updatedAt"
)
_REALS = frozenset({"dataQualityMetrics"})
_OBJECTS = frozenset({"techniques", "relationships", "history"})
_NUMBERS = frozenset({"int", "long", "double", "decimal"})
_NOTHING = frozenset({"null", "missing", "undefined"})


class UnfitError(Exception):
    """A value is of a kind that its column cannot hold: it was changed since the export began, or stored wrongly."""


@dataclass(frozen=True)
class Column:
    """A column: its name in the table, what it holds, and how a document's value is found."""

    name: str
    kind: Kind
    read: Callable[[Mapping[str, Any]], Any]

    def value(self, document: Mapping[str, Any]) -> Any:
        """Return the value for a document, as the kind says; ``None`` for nothing.

        Raises:
            UnfitError: it is of another kind.
        """
        found = self.read(document)
        if found is None:
            return None
        try:
            return _AS[self.kind](found)
        except (TypeError, ValueError) as error:
            raise UnfitError(f"{self.name} of {document.get('_id')} is not {self.kind}") from error


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or value != int(value):
        raise TypeError("not a whole number")
    return int(value)


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
    "count": round,
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


def metadata_columns(key: str, types: Iterable[str], *, has_unit: bool) -> list[Column]:
    """Return the columns of a metadata key.

    Args:
        key: which, as it is stored.
        types: the names MongoDB has for the types of its values.
        has_unit: whether a unit is given with any of them.
    """
    name = f"{METADATA}.{sent_key(key)}"
    columns = [Column(name, _kind_of_types(frozenset(types) - _NOTHING), _value_of(key))]
    if has_unit:
        columns.append(Column(f"{name}.unit", "text", _unit_of(key)))
    return columns


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
