"""Databases of tests, emptied and used again: making one with all indexes takes longer than most tests do."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from beamlore.core import MigrationError
from beamlore.ops.errors import OpsError

_KEPT = "beamlore_migrations"
Layout = dict[str, dict[str, Any]]
"""The indexes of each collection."""


class Databases:
    """Empty databases; the next is made or emptied while a test uses the one before."""

    def __init__(self, make: Callable[[], Awaitable[Any]], drop: Callable[[str], None]) -> None:
        self._make = make
        self._drop = drop
        self._layout: Layout | None = None
        self._upcoming: list[asyncio.Task[Any]] = []

    async def take(self) -> Any:
        """Return a database that nobody uses."""
        upcoming = self._upcoming.pop(0) if self._upcoming else asyncio.create_task(self._made())
        if not self._upcoming:
            self._upcoming.append(asyncio.create_task(self._made()))
        try:
            return await upcoming
        except (PyMongoError, OpsError, MigrationError):
            # A test had members away when it was made.
            return await self._made()

    def give_back(self, database: Any) -> None:
        """Have it emptied for another test."""
        self._upcoming.append(asyncio.create_task(self._emptied(database)))

    async def end(self) -> None:
        """Drop them."""
        for one in await asyncio.gather(*self._upcoming):
            self._drop(one.name)

    async def _made(self) -> Any:
        made = await self._make()
        self._layout = self._layout or await _layout(*made)
        return made

    async def _emptied(self, database: Any) -> Any:
        # A test may have members away just now.
        with suppress(PyMongoError):
            if await self._is_empty(*database):
                return database
        self._drop(database.name)
        return await self._made()

    async def _is_empty(self, url: str, name: str) -> bool:
        """Empty a database; return whether it is as if it were new then."""
        assert self._layout is not None
        async with AsyncMongoClient(url, w="majority") as client:
            for one in await client[name].list_collection_names():
                collection = client[name][one]
                if one not in self._layout:
                    await collection.drop()
                elif one != _KEPT:
                    await collection.delete_many({})
                    # Where a member was killed, MongoDB has counted wrong.
                    if await collection.estimated_document_count():
                        return False
        return await _layout(url, name) == self._layout


async def _layout(url: str, name: str) -> Layout:
    async with AsyncMongoClient(url) as client:
        names = await client[name].list_collection_names()
        return {one: await client[name][one].index_information() for one in names}
