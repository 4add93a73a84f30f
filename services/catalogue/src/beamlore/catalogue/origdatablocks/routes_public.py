"""SciCat's ``/api/v4/origdatablocks/public``: what is published, whoever asks."""

from fastapi import APIRouter, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.datasets.input import FilterParameter
from beamlore.catalogue.origdatablocks.parameters import FacetFilters, Include, Key, OrigDatablocks
from beamlore.catalogue.refusals import READING
from beamlore.core import ANONYMOUS

router = APIRouter(prefix="/api/v4/origdatablocks/public", tags=["origdatablocks v4 public"])


@router.get("", operation_id="OrigDatablocksPublicV4Controller_findAllPublic_v4", responses=READING)
async def find_all(blocks: OrigDatablocks, filter: FilterParameter = None) -> Response:
    """List published blocks."""
    return json_response(await blocks.find(ANONYMOUS, blocks.v4_listing(filter)))


@router.get("/files", operation_id="OrigDatablocksPublicV4Controller_findAllFilesPublic_v4", responses=READING)
async def find_all_files(blocks: OrigDatablocks, filter: FilterParameter = None) -> Response:
    """List published files: a block for each, with the one file in ``dataFileList``."""
    return json_response(await blocks.files(ANONYMOUS, blocks.v4_listing(filter)))


@router.get("/files/count", operation_id="OrigDatablocksPublicV4Controller_countFilesPublic_v4", responses=READING)
async def count_files(blocks: OrigDatablocks, filter: FilterParameter = None) -> Response:
    """Count published files."""
    return json_response({"count": await blocks.count_files(ANONYMOUS, blocks.counting(filter))})


@router.get("/fullfacet", operation_id="OrigDatablocksPublicV4Controller_fullfacet_v4", responses=READING)
async def fullfacet(blocks: OrigDatablocks, wanted: FacetFilters) -> Response:
    """Count published blocks for each value of some fields."""
    return json_response(await blocks.facets(ANONYMOUS, *wanted))


@router.get("/fullfacet/files", operation_id="OrigDatablocksPublicV4Controller_fullfacetFiles_v4", responses=READING)
async def fullfacet_files(blocks: OrigDatablocks, wanted: FacetFilters) -> Response:
    """Count published files for each value of some fields."""
    return json_response(await blocks.facets(ANONYMOUS, *wanted, of_files=True))


@router.get("/{id}", operation_id="OrigDatablocksPublicV4Controller_findByIdPublic_v4", responses=READING)
async def find_by_id(id: Key, blocks: OrigDatablocks, include: Include = None) -> Response:
    """Return a published block."""
    return json_response(await blocks.published(ANONYMOUS, id, blocks.relations(include or ())))
