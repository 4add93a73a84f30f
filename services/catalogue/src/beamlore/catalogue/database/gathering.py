"""Point reads that wait at the same moment are one query.

The driver's work for a query is half of what a small answer costs. While one query of a group is under way, the keys
that are asked for meanwhile gather; the next query asks for all of them. Each answer is of a query that began after
it was asked for. Whoever is alone asks at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")

AT_ONCE = 100
"""Most keys of one query."""


class Gathered(Generic[Key, Found]):
    """Reads by key; only requests of the same group share a query."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, dict[Key, asyncio.Future[Found | None]]] = {}
        """By group under way: the keys its next query is for."""

        self._readers: set[asyncio.Task[None]] = set()

    async def get(
        self, group: Hashable, key: Key, read: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Found]]]
    ) -> Found | None:
        """Return what a key stands for, ``None`` where there is nothing.

        Args:
            group: whose requests may share a query: who may see the same.
            key: what is asked for.
            read: reads keys; does the same for every request of the group.
        """
        waiting = self._waiting.get(group)
        if waiting is not None:
            future = waiting.get(key)
            if future is None:
                future = waiting[key] = asyncio.get_running_loop().create_future()
                future.add_done_callback(take_note)
            return await asyncio.shield(future)
        self._waiting[group] = {}
        try:
            return (await read((key,))).get(key)
        finally:
            if self._waiting[group]:
                # Whoever was alone does not wait for those who came later.
                reader = asyncio.create_task(self._go_on(group, read))
                self._readers.add(reader)
                reader.add_done_callback(self._readers.discard)
            else:
                del self._waiting[group]

    async def _go_on(self, group: Hashable, read: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Found]]]) -> None:
        try:
            while waiting := self._waiting[group]:
                keys = list(waiting)[:AT_ONCE]
                asked = {key: waiting.pop(key) for key in keys}
                try:
                    found = await read(keys)
                except Exception as error:
                    # Each of those who wait gets it.
                    for future in asked.values():
                        if not future.done():
                            future.set_exception(error)
                else:
                    for key, future in asked.items():
                        if not future.done():
                            future.set_result(found.get(key))
        finally:
            for future in self._waiting.pop(group).values():
                future.cancel()


def take_note(future: "asyncio.Future[Any]") -> None:
    """Look at an error that nobody may be left to look at."""
    if not future.cancelled():
        future.exception()
