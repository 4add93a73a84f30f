"""Which datasets: the parameters that our own dataset routes have in common."""

from datetime import datetime
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Query

from beamlore.catalogue.datasets.vocabulary import DATASETS
from beamlore.catalogue.filters import FilterError, parse_fullquery_fields, parse_where
from beamlore.catalogue.filters.fields import Field
from beamlore.catalogue.filters.grammar import All, AnyOf, Compare, Condition
from beamlore.catalogue.filters.listing import FILTER_LENGTH, decode
from beamlore.catalogue.scans.repository import aware

COLUMNS = 500

Columns = Annotated[
    str,
    Query(
        max_length=FILTER_LENGTH,
        description="Fields to give, URL-encoded each, with commas between, such as "
        "`pid,datasetName,scientificMetadata.energy`; empty for all.",
    ),
]
From = Annotated[
    datetime | None, Query(alias="from", description="Of this time or later: the start, else the creation.")
]
To = Annotated[datetime | None, Query(alias="to", description="Of before this time.")]


def _condition(
    where: Annotated[
        str | None, Query(max_length=FILTER_LENGTH, description="JSON: a `where`, as in SciCat's v4 filters.")
    ] = None,
    search: Annotated[
        str | None,
        Query(
            max_length=FILTER_LENGTH,
            description="JSON: what SciCat's search page sends as `fields` of `fullquery`, such as "
            '`{"text": "…", "scientific": [{"lhs": …, "relation": …, "rhs": …, "unit": …}]}`.',
        ),
    ] = None,
    start_from: From = None,
    start_to: To = None,
    proposal: Annotated[str | None, Query(max_length=256)] = None,
    beamline: Annotated[str | None, Query(max_length=256)] = None,
) -> Condition:
    conditions = [
        parse_where(decode(where, "where"), DATASETS, "where", strict=True),
        parse_fullquery_fields(search, DATASETS, "search"),
    ]
    if proposal is not None:
        conditions.append(Compare("proposalIds", "$eq", proposal))
    if beamline is not None:
        conditions.append(Compare("instrumentIds", "$eq", beamline))
    if start_from is not None or start_to is not None:
        conditions.append(in_time(start_from, start_to))
    return All(tuple(one for one in conditions if one != All()))


def in_time(start_from: datetime | None, start_to: datetime | None) -> Condition:
    """Return the condition that a dataset is of a time: it started then, or, without a start, was created then."""

    def within(path: str) -> tuple[Condition, ...]:
        bounds: list[Condition] = []
        if start_from is not None:
            bounds.append(Compare(path, "$gte", aware(start_from)))
        if start_to is not None:
            bounds.append(Compare(path, "$lt", aware(start_to)))
        return tuple(bounds)

    return AnyOf((All(within("startTime")), All((Compare("startTime", "$eq", None), *within("creationTime")))))


Wanted = Annotated[Condition, Depends(_condition)]
"""The condition of a request's parameters."""


def parse_columns(text: str) -> tuple[Field, ...]:
    """Return the fields a ``columns`` parameter names, in its order; none for all.

    Raises:
        FilterError: one is not a field of a dataset, or there are too many.
    """
    names = [unquote(one.strip()) for one in text.split(",") if one.strip()]
    if len(names) > COLUMNS:
        raise FilterError("columns", f"names more than {COLUMNS} fields")
    fields = (DATASETS.field(name, "columns", strict=True) for name in names)
    return tuple(dict.fromkeys(fields))
