"""The fields a filter may name, noun by noun."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from beamlore.catalogue.filters.errors import FilterError
from beamlore.catalogue.names import names

Kind: TypeAlias = Literal["text", "number", "date", "flag", "list", "object", "any"]

_PART = re.compile(r"[^$.\x00][^.\x00]*")
_PATH_LENGTH = 512
_PATH_DEPTH = 8
_HIDDEN = "beamlore"


@dataclass(frozen=True)
class Field:
    """A stored field: its path and what kind of values it holds."""

    path: str
    kind: Kind


@dataclass(frozen=True)
class Vocabulary:
    """What a filter on one noun may speak of."""

    noun: str
    """For errors: `dataset`."""

    kinds: Mapping[str, Kind]
    """Every stored field that is known, with its kind."""

    former: Mapping[str, str] = attribute(default_factory=dict)
    """Other names, and the stored field each stands for."""

    nested: tuple[str, ...] = ()
    """Fields below which any name may follow."""

    relations: frozenset[str] = frozenset()
    """What `include` may name."""

    related: Mapping[str, "Vocabulary"] = attribute(default_factory=dict)
    """What a relation's scope may speak of; one without takes no scope."""

    searchable: bool = False
    """Whether the noun's collection has an index of words."""

    metadata: str = ""
    """The field that scientific conditions look into, empty where there is none."""

    def field(self, name: str, at: str, *, strict: bool) -> Field:
        """Return the field a caller names.

        Args:
            name: as the caller writes it; former names are understood.
            at: the place in the filter, for errors.
            strict: whether a field the noun does not have is refused (v4) or simply matches nothing (v3).

        Raises:
            FilterError: it cannot be a field's name, or is not one.
        """
        parts = name.split(".")
        if len(name) > _PATH_LENGTH or len(parts) > _PATH_DEPTH or not all(_PART.fullmatch(part) for part in parts):
            raise FilterError(at, f"{name[:80]!r} cannot be the name of a field")
        if parts[0] == _HIDDEN:
            raise FilterError(at, f"{name[:80]!r} is not a field of a {self.noun}")
        path = self.former.get(name) or ".".join([self.former.get(parts[0], parts[0]), *parts[1:]])
        kind = self.kinds.get(path)
        if kind is None:
            known = parts[0] in self.nested and len(parts) > 1
            if strict and not known:
                raise FilterError(at, f"{name[:80]!r} is not a field of a {self.noun}")
            kind = "any"
        return Field(path, kind)


def kinds_of(texts: Mapping[Kind, str]) -> dict[str, Kind]:
    """Return the kinds of fields, from the names of each kind written one after the other."""
    return {name: kind for kind, text in texts.items() for name in names(text)}


def cast(field: Field, value: Any, at: str) -> Any:
    """Return a scalar as the field stores it: dates from ISO 8601, numbers and flags also from text.

    Raises:
        FilterError: it cannot be such a value.
    """
    if value is None:
        return None
    if field.kind == "date":
        return parse_date(value, at)
    if field.kind == "number" and isinstance(value, str):
        try:
            return float(value) if "." in value or "e" in value.lower() else int(value)
        except ValueError as error:
            raise FilterError(at, f"{value[:40]!r} is not a number") from error
    if field.kind == "flag" and isinstance(value, str):
        if value.lower() not in ("true", "false"):
            raise FilterError(at, f"{value[:40]!r} is neither true nor false")
        return value.lower() == "true"
    return value


def parse_date(value: object, at: str) -> datetime:
    """Return the moment of an ISO 8601 text (without a zone: UTC) or of milliseconds since the epoch.

    Raises:
        FilterError: it is neither.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        moment = datetime.fromisoformat(str(value).strip())
    except (ValueError, OverflowError, OSError) as error:
        raise FilterError(at, f"{str(value)[:40]!r} is not a date; write it as 2026-01-31T12:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
