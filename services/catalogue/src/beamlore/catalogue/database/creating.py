"""What is to be created at the same moment is created in one transaction.

To begin, commit and confirm a transaction costs more than its inserts. While transactions are under way, what is to be
created meanwhile gathers, and the next one takes it. Where they cannot be created together, each is created by itself,
so that whoever waits hears what became of theirs.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Generic, TypeVar

from beamlore.catalogue.database.gathering import take_note
from beamlore.core import BadRequestError, ConflictError

Creation = TypeVar("Creation")

_AT_ONCE = 50
_BYTES_AT_ONCE = 4 * 2**20
_UNDER_WAY = 2
"""Transactions at the same time: while the database has one, this process prepares the other."""


@dataclass(frozen=True, eq=False)
class _Waiting(Generic[Creation]):
    creation: Creation
    size: int
    done: asyncio.Future[None]


class Together(Generic[Creation]):
    """Creates what waits at the same moment together.

    Args:
        create: creates all of them, or none.
    """

    def __init__(self, create: Callable[[Sequence[Creation]], Awaitable[None]]) -> None:
        self._create = create
        self._waiting: deque[_Waiting[Creation]] = deque()
        self._under_way = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def create(self, creation: Creation, size: int) -> None:
        """Return when it is created. Where the caller is cancelled, it may be created all the same.

        Args:
            creation: what `create` takes.
            size: its bytes.

        Raises:
            ConflictError: it cannot be created, or BadRequestError; other errors are of all that were tried together.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        done.add_done_callback(take_note)
        self._waiting.append(_Waiting(creation, size, done))
        if self._under_way < _UNDER_WAY:
            self._under_way += 1
            # In no request's context: it works for several.
            task = loop.create_task(self._go_on(), context=Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await asyncio.shield(done)

    async def _go_on(self) -> None:
        try:
            while self._waiting:
                await self._create_these(self._next())
        finally:
            self._under_way -= 1

    def _next(self) -> list[_Waiting[Creation]]:
        some = [self._waiting.popleft()]
        size = some[0].size
        while self._waiting and len(some) < _AT_ONCE and size + self._waiting[0].size <= _BYTES_AT_ONCE:
            some.append(self._waiting.popleft())
            size += some[-1].size
        return some

    async def _create_these(self, some: Sequence[_Waiting[Creation]]) -> None:
        try:
            await self._create([one.creation for one in some])
        except (ConflictError, BadRequestError) as error:
            if len(some) == 1:
                some[0].done.set_exception(error)
            else:
                for one in some:
                    await self._create_these([one])
        except Exception as error:
            for one in some:
                one.done.set_exception(error)
        else:
            for one in some:
                one.done.set_result(None)
        finally:
            for one in some:
                one.done.cancel()
