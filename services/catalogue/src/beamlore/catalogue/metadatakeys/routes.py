"""SciCat's ``/api/v4/metadatakeys``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.input import FilterParameter
from beamlore.catalogue.metadatakeys.service import MetadataKeyService
from beamlore.catalogue.noun import given
from beamlore.catalogue.refusals import READING
from beamlore.core import OptionalPrincipal

router = APIRouter(prefix="/api/v4/metadatakeys", tags=["metadata keys v4"])

Keys = Annotated[MetadataKeyService, Depends(given(MetadataKeyService))]


@router.get("", operation_id="MetadataKeysV4Controller_findAll_v4", responses=READING)
async def find_all(principal: OptionalPrincipal, keys: Keys, filter: FilterParameter = None) -> Response:
    """List metadata keys."""
    return json_response(await keys.find(principal, filter))
