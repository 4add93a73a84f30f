"""What exports do."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from beamlore.catalogue.database.repository import Document
from beamlore.catalogue.datasets.rights import DatasetRights
from beamlore.catalogue.exports.columns import (
    METADATA,
    Column,
    default_fields,
    metadata_columns,
    other_keys,
    own_columns,
    told_apart,
)
from beamlore.catalogue.exports.repository import ExportRepository
from beamlore.catalogue.exports.writers import CsvWriter, Format, NdjsonWriter, ParquetWriter, TableWriter
from beamlore.catalogue.filters.fields import Field
from beamlore.catalogue.filters.grammar import Condition
from beamlore.catalogue.keys import sent_key, spellings, stored_key
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.originals.repository import projection
from beamlore.core import Principal, TooManyRequestsError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Export:
    """An export under way."""

    media_type: str
    content: AsyncGenerator[bytes, None]
    headers: Mapping[str, str]
    """What there is to say about the file beside its content."""

    end: Callable[[], Awaitable[None]]
    """To be called when it is over, whether or not any of it was read."""


@dataclass(frozen=True)
class Wish:
    """What is to be exported, and how."""

    condition: Condition
    format: Format
    columns: Sequence[Field] = ()
    spreadsheet: bool = True


@dataclass(frozen=True)
class _Table:
    """The columns of a table, and how many metadata keys have one, and have none of their own."""

    columns: Sequence[Column]
    keys: int = 0
    folded: int = 0


class ExportService:
    """Streams what a query finds; memory does not grow with what it finds."""

    def __init__(self, ground: Ground) -> None:
        settings = ground.settings
        rights = DatasetRights(ground.policy, settings)
        self._datasets = ExportRepository(ground.database["Dataset"], rights, settings.query_seconds)
        self._derived = ground.derived
        self._seconds = settings.export_seconds
        self._most = settings.exports_at_once
        self._keys = settings.export_metadata_columns
        self._running: Counter[str] = Counter()

    async def export(self, principal: Principal, caller: str, wish: Wish) -> Export:
        """Begin an export; what is wrong with the wish is raised before the first byte.

        Args:
            principal: who asks.
            caller: stands for them when exports are counted, also where they have no token.
            wish: what.

        Raises:
            TooManyRequestsError: as many exports as may run at once are running, or half as many of this caller.
        """
        self._admit(caller)
        try:
            where = await self._derived.of_documents(principal, wish.condition)
            table = await self._table(principal, where, wish)
            writer = await asyncio.to_thread(_writer, table.columns, wish)
            wanted = _projection(wish)
            batches = self._datasets.all(principal, where, wanted, self._seconds)
            first = await anext(batches, None)
        except BaseException:
            self._leave(caller)
            raise
        content = _content(writer, first, batches)

        async def end() -> None:
            await content.aclose()
            await batches.aclose()
            self._leave(caller)

        return Export(writer.media_type, content, _described(table), end)

    async def _table(self, principal: Principal, where: Document, wish: Wish) -> _Table:
        if wish.format == "ndjson":
            return _Table(())
        own = own_columns([field for field in wish.columns or default_fields() if not _is_metadata(field)])
        chosen = [field.path.partition(".")[2] for field in wish.columns if _is_metadata(field)]
        if wish.columns and not chosen:
            return _Table(told_apart(own))
        folded = 0
        if chosen and "" not in chosen:
            among = [spelling for key in chosen for spelling in spellings(key)]
            found, _ = await self._datasets.keys(principal, where, self._seconds, most=len(among), among=among)
            known = {sent_key(key["_id"]): key for key in found}
            found = [known.get(key, {"_id": stored_key(key), "types": [], "unit": False}) for key in chosen]
        else:
            found, folded = await self._datasets.keys(principal, where, self._seconds, most=self._keys)
        columns = own + [
            column
            for key in found
            for column in metadata_columns(
                key["_id"], key["types"], has_unit=key["unit"], inexact=bool(key.get("inexact"))
            )
        ]
        if folded:
            columns.append(other_keys(key["_id"] for key in found))
        return _Table(told_apart(columns), len(found), folded)

    def _admit(self, caller: str) -> None:
        if self._running.total() >= self._most or self._running[caller] >= max(1, self._most // 2):
            raise TooManyRequestsError(
                "as many exports as may run at once are running; ask again when one has ended",
                headers={"Retry-After": "10"},
            )
        self._running[caller] += 1

    def _leave(self, caller: str) -> None:
        self._running[caller] -= 1
        if not self._running[caller]:
            del self._running[caller]


def _writer(columns: Sequence[Column], wish: Wish) -> TableWriter:
    if wish.format == "ndjson":
        return NdjsonWriter()
    return CsvWriter(columns, spreadsheet=wish.spreadsheet) if wish.format == "csv" else ParquetWriter(columns)


def _described(table: _Table) -> dict[str, str]:
    if not table.keys:
        return {}
    return {"Beamlore-Metadata-Columns": str(table.keys), "Beamlore-Metadata-Folded": str(table.folded)}


def _projection(wish: Wish) -> dict[str, int]:
    if wish.columns:
        return projection(wish.columns)
    if wish.format == "ndjson":
        return projection(())
    return {**projection(default_fields()), METADATA: 1}


def _is_metadata(field: Field) -> bool:
    return field.path.partition(".")[0] == METADATA


async def _after(
    first: list[Document] | None, others: AsyncIterator[list[Document]]
) -> AsyncGenerator[list[Document], None]:
    if first is not None:
        yield first
        async for one in others:
            yield one


async def _content(
    writer: TableWriter, first: list[Document] | None, batches: AsyncGenerator[list[Document], None]
) -> AsyncGenerator[bytes, None]:
    rows = 0
    async for documents in _after(first, batches):
        rows += len(documents)
        if part := await asyncio.to_thread(writer.rows, documents):
            yield part
    yield await asyncio.to_thread(writer.end)
    log.info("datasets exported", rows=rows, media_type=writer.media_type)
