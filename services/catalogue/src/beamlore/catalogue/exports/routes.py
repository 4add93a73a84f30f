"""Exports over HTTP."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from beamlore.catalogue.exports.service import Export, ExportService, Wish
from beamlore.catalogue.exports.writers import CsvWriter, Format, NdjsonWriter, ParquetWriter
from beamlore.catalogue.noun import given
from beamlore.catalogue.originals.query import Columns, Wanted, parse_columns
from beamlore.catalogue.problems import problems
from beamlore.core import OptionalPrincipal

router = APIRouter(prefix="/api/beamlore/v1/datasets", tags=["datasets as sent"])

Exports = Annotated[ExportService, Depends(given(ExportService))]
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, as it grows. One that ends early was not finished: its last chunk is missing.",
        "headers": {
            "Beamlore-Metadata-Columns": {
                "description": "CSV, Parquet: how many metadata keys have columns of their own.",
                "schema": {"type": "integer"},
            },
            "Beamlore-Metadata-Folded": {
                "description": "How many rarer keys are JSON in the last column: `BEAMLORE_EXPORT_METADATA_COLUMNS`.",
                "schema": {"type": "integer"},
            },
        },
        "content": {
            writer.media_type: {"schema": {"type": "string", "format": "binary"}}
            for writer in (CsvWriter, NdjsonWriter, ParquetWriter)
        },
    }
}


class _Streamed(StreamingResponse):
    """Ends the export also where the reader is gone before the first byte."""

    def __init__(self, export: Export, headers: dict[str, str]) -> None:
        super().__init__(export.content, media_type=export.media_type, headers=headers)
        self._export = export

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream, and end."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._export.end()


@router.get(
    "/export",
    operation_id="exportDatasets",
    summary="Export datasets as a file",
    response_class=StreamingResponse,
    responses=_FILE | problems(400, 401, 429, 503),
)
async def export_datasets(
    request: Request,
    principal: OptionalPrincipal,
    exports: Exports,
    wanted: Wanted,
    format: Annotated[
        Format,
        Query(
            description="`ndjson`: each dataset as it was sent. `csv`, `parquet`: a column for each field, each "
            "metadata key (its value as sent) and its unit."
        ),
    ] = "ndjson",
    columns: Columns = "",
    spreadsheet: Annotated[
        bool,
        Query(
            description="CSV: text that a spreadsheet would take for a formula gets an apostrophe before it; numbers "
            "do not. `false` leaves text as it is, for programs."
        ),
    ] = True,
) -> StreamingResponse:
    """Export all datasets that the caller may see and that match, newest first, streamed while they are read."""
    wish = Wish(wanted, format, parse_columns(columns), spreadsheet)
    caller = principal.subject or (request.client.host if request.client else "")
    export = await exports.export(principal, caller, wish)
    name = f"datasets-{datetime.now(UTC):%Y%m%d-%H%M%S}.{format}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **export.headers,
    }
    return _Streamed(export, headers)
