"""Transactions of derived data."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from pymongo import AsyncMongoClient, WriteConcern, timeout
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.read_concern import ReadConcern

from beamlore.catalogue.database import Document

_LET_GO_SECONDS = 1.0


@asynccontextmanager
async def transaction(client: AsyncMongoClient[Document]) -> AsyncGenerator[AsyncClientSession, None]:
    """Give a session in a transaction that is committed when the block is left.

    What is derived stands or falls with the documents it was derived of, in the order of the oplog: there is nothing to
    wait for, so it is written with ``w: 1``.
    """
    async with client.start_session() as session:
        await session.start_transaction(read_concern=ReadConcern("snapshot"), write_concern=WriteConcern(w=1))
        try:
            yield session
        except BaseException:
            if session.in_transaction:
                with timeout(_LET_GO_SECONDS):
                    await session.abort_transaction()
            raise
        await session.commit_transaction()
