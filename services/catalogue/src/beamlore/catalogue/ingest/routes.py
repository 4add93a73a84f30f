"""The batch route, for the ingestor."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from beamlore.catalogue.answers import json_response
from beamlore.catalogue.ingest.models import Batch, BatchAnswer, BatchDurability, Metadata, decoder, encoder
from beamlore.catalogue.problems import problems
from beamlore.catalogue.state import Ingest, Writer
from beamlore.contract import CATALOGUE_INGEST, explained
from beamlore.core import Principal, UnprocessableError, requires, takes_bodies_of

router = APIRouter(prefix="/api/beamlore/v1", tags=["ingest"], responses=problems(401, 403, 503))

Ingestor = Annotated[Principal, Depends(requires(CATALOGUE_INGEST))]
SCHEMAS = "#/components/schemas/{name}"


def _content(name: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": SCHEMAS.format(name=name)}}}}


def _answer(description: str, name: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": description} | _content(name)}


@router.post(
    "/datasets/batch",
    operation_id="writeBatch",
    summary="Write many scans",
    responses=_answer("The outcome of each item.", "BatchAnswer") | problems(413, 422),
    openapi_extra={"requestBody": {"required": True} | _content("Batch")},
)
@takes_bodies_of(lambda settings: settings.batch_bytes)
async def write_batch(request: Request, principal: Ingestor, ingest: Ingest) -> Response:
    """Write scans, each at its sequence; an item that is not newer than what is stored changes nothing."""
    body = await request.body()
    try:
        with ingest.phases("decode"):
            batch = decoder.decode(body)
    except msgspec.ValidationError as error:
        raise UnprocessableError(f"Malformed batch: {explained(error, body, Metadata)}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnprocessableError(f"Malformed batch: {error}") from error
    answer = await ingest.write(principal, batch)
    return Response(encoder.encode(answer), media_type="application/json")


@router.get(
    "/durability",
    operation_id="getDurability",
    summary="How durable everything written so far is",
    responses=_answer("The level and the primary's term.", "BatchDurability"),
)
async def durability(_: Ingestor, writer: Writer) -> Response:
    """Say whether a majority holds all that was written before this request, and under which primary."""
    now = await writer.current()
    return json_response({"level": now.level, "term": now.term})


def schemas() -> dict[str, Any]:
    """Return the JSON Schemas of this route's bodies, which FastAPI does not know."""
    _, components = msgspec.json.schema_components(
        [Batch, BatchAnswer, BatchDurability], ref_template="#/components/schemas/{name}"
    )
    return components
