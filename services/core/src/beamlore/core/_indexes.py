"""Indexes as a migration: made again, where something is missing, whenever what is declared has changed."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from bson import json_util
from pymongo import IndexModel, WriteConcern
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

from beamlore.core._migrations import Database, Migration, Tell

log = structlog.get_logger(__name__)

_SAME_UNDER_ANOTHER_NAME = frozenset({85, 86})
"""IndexOptionsConflict, IndexKeySpecsConflict: another program made it, with other options."""

_DUPLICATE_KEY = 11000
_TELL_SECONDS = 10.0
_AT_ONCE = 4
"""Collections; most of the time goes by waiting for the disk."""


def index_migration(number: int, name: str, indexes: Mapping[str, Sequence[IndexModel]]) -> Migration:
    """Return the migration that makes a database's indexes; none is ever dropped by it.

    Args:
        number: its place among the migrations.
        name: what it is called.
        indexes: by collection.
    """
    declared = {collection: [model.document for model in models] for collection, models in sorted(indexes.items())}
    content = hashlib.sha256(json_util.dumps(declared).encode()).hexdigest()[:12]

    async def apply(database: Database, tell: Tell) -> None:
        at_once = asyncio.Semaphore(_AT_ONCE)

        async def create(collection: str, models: Sequence[IndexModel]) -> None:
            async with at_once:
                await create_indexes(database[collection], models, tell)

        ends = await asyncio.gather(*(create(*one) for one in indexes.items()), return_exceptions=True)
        for error in ends:
            if error is not None:
                raise error

    return Migration(number, name, apply, content)


async def create_indexes(collection: AsyncCollection[dict[str, Any]], models: Sequence[IndexModel], tell: Tell) -> None:
    """Create what is missing, all in one pass over the documents. An index like it that another program made is left.

    With its indexes in place on the primary, a data member that is down delays nobody; it makes them when it is back.

    Raises:
        PyMongoError: the database does not answer, or refuses.
    """
    try:
        async with _telling(collection, tell):
            await collection.with_options(write_concern=WriteConcern(w=1)).create_indexes(models, commitQuorum=1)
    except OperationFailure as error:
        if error.code not in _SAME_UNDER_ANOTHER_NAME | {_DUPLICATE_KEY}:
            raise
        if len(models) > 1:
            for model in models:
                await create_indexes(collection, [model], tell)
        elif error.code == _DUPLICATE_KEY:
            name = models[0].document["name"]
            log.error("what must be unique is not; mend it", collection=collection.name, index=name, error=str(error))
        else:
            log.info("an index like ours is there", collection=collection.name, index=models[0].document["name"])


@asynccontextmanager
async def _telling(collection: AsyncCollection[dict[str, Any]], tell: Tell) -> AsyncGenerator[None, None]:
    """Tell every few seconds what takes so long."""

    async def tell_on() -> None:
        seconds = 0.0
        while True:
            await asyncio.sleep(_TELL_SECONDS)
            seconds += _TELL_SECONDS
            documents = await collection.estimated_document_count()
            tell(f"indexes of {collection.name} ({documents} documents) for {seconds:.0f} s")

    telling = asyncio.create_task(tell_on())
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.wait([telling])
