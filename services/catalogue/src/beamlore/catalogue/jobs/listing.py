"""The ``filter`` of the job routes: as that of other nouns, and what a job is shown with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from beamlore.catalogue.filters import FilterError, Style, parse_filter
from beamlore.catalogue.filters.grammar import Condition
from beamlore.catalogue.filters.listing import Limits, decode
from beamlore.catalogue.jobs.vocabulary import RELATIONS
from beamlore.core import BadRequestError

_INCLUDE = (
    "The 'include' filter must contain 'datasets' — it’s currently the only collection that can be merged. "
    "To include related data, add use Jobs/v4/datasetDetails endpoint"
)
_DETAILS = ("datablocks", "origdatablocks", "attachments")
_FIELDS_AT_MOST = 100
_PATH_LENGTH = 512


@dataclass(frozen=True)
class JobListing:
    """A filter, read."""

    where: Condition
    limits: Limits
    projection: Mapping[str, int]
    """For the database."""

    shown: tuple[str, ...] | None
    """Paths of all that is shown, in jobs and what they are shown with; ``None`` for everything."""

    include: str | None
    """One of the relations."""


def parse_job_filter(
    text: str | None, style: Style, *, taken: tuple[str, ...], include: str | None = None
) -> JobListing:
    """Return what a ``filter`` asks for.

    Args:
        text: the parameter.
        style: of the route.
        taken: the parts of a filter that the route takes.
        include: what the route itself adds.

    Raises:
        FilterError: it is malformed, too large, or says something that is not taken.
    """
    value = decode(text, "filter")
    members = dict(value) if isinstance(value, Mapping) else {}
    for name in members:
        if name in ("where", "fields", "include", "limits") and name not in taken:
            raise FilterError(f"filter.{name}", "is not taken here")
    wanted = _relation(members.pop("include", None)) or include
    shown = _shown(members.get("fields"))
    if shown is not None:
        members["fields"] = own = [path for path in shown if path.partition(".")[0] not in RELATIONS]
        if wanted is not None:
            members["fields"] = [*own, "jobParams.datasetList"]
        members["fields"] = members["fields"] or ["id"]
    read = parse_filter(orjson.dumps(members if isinstance(value, Mapping) else value).decode(), style)
    former = style.vocabulary.former
    if shown is not None:
        shown = tuple(former.get(path, path) for path in shown)
    return JobListing(read.where, read.limits, read.projection, shown, wanted)


def _relation(value: object) -> str | None:
    names = value if isinstance(value, list) else [] if value is None else [value]
    if not names:
        return None
    if len(names) > 1 or names[0] not in (*RELATIONS, "all"):
        raise BadRequestError(_INCLUDE)
    return "datasets" if names[0] == "all" else str(names[0])


def _shown(value: Any) -> tuple[str, ...] | None:
    """Return the paths of a list of fields, or of an object that says true for some; else ``None``."""
    if isinstance(value, Mapping):
        value = [name for name, show in value.items() if show]
    if not isinstance(value, list) or not value:
        return None
    if len(value) > _FIELDS_AT_MOST or not all(isinstance(one, str) and len(one) <= _PATH_LENGTH for one in value):
        raise FilterError("filter.fields", f"is a list of at most {_FIELDS_AT_MOST} names of fields")
    return tuple(value)


def details_listing(
    fields: Mapping[str, Any], include: Mapping[str, Any], of_relation: Mapping[str, Any], style: Style
) -> JobListing:
    """Return what v3's ``datasetDetails`` asks for.

    Args:
        fields: of the datasets, with true for those wanted; empty for all.
        include: ``relation``, or nothing.
        of_relation: fields of the relation, with true for those wanted.
        style: of the route.

    Raises:
        FilterError: the relation is none, or too many fields are named.
    """
    relation = include.get("relation")
    if relation is not None and relation not in _DETAILS:
        raise FilterError("include.relation", f"is one of {', '.join(_DETAILS)}")
    root = "datasets" if relation is None else "datasetDetails"
    paths = [f"{root}.{name}" for name, wanted in fields.items() if wanted]
    if relation is not None and paths:
        inner = [f"{root}.{relation}.{name}" for name, wanted in of_relation.items() if wanted]
        paths += inner or [f"{root}.{relation}"]
    read = parse_filter(None, style)
    return JobListing(read.where, read.limits, {"beamlore": 0}, _shown(paths), root)
