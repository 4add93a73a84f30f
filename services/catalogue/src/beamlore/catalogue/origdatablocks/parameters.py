"""Parameters that the OrigDatablock routes have in common."""

from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Path, Query

from beamlore.catalogue.filters import FilterError
from beamlore.catalogue.filters.listing import decode
from beamlore.catalogue.noun import given
from beamlore.catalogue.origdatablocks.service import OrigDatablockService

OrigDatablocks = Annotated[OrigDatablockService, Depends(given(OrigDatablockService))]
Key = Annotated[str, Path(description="The block's identifier.")]
Include = Annotated[list[str] | None, Query(description="`dataset` or `all`.")]
UnmodifiedSince = Annotated[str | None, Header(description="Refuses the change where it was changed since.")]


async def _facet_filters(
    fields: Annotated[str | None, Query(description="JSON: what to look for.")] = None,
    facets: Annotated[str | None, Query(description="JSON: a list of fields.")] = None,
    filters: Annotated[str | None, Query(description="JSON: fields and facets, in one.")] = None,
) -> tuple[str | None, Any]:
    """Return fields and facets: each a parameter of its own, as SciCat reads them, or in one, as its OpenAPI says."""
    value = decode(filters, "filters")
    if value is None:
        return fields, facets
    if not isinstance(value, dict) or not set(value) <= {"fields", "facets"}:
        raise FilterError("filters", "is an object with fields and facets")
    return orjson.dumps(value.get("fields")).decode(), value.get("facets")


FacetFilters = Annotated[tuple[str | None, Any], Depends(_facet_filters)]
