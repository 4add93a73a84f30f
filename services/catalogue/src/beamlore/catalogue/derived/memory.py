"""Answers that are remembered as long as nothing changes."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

_BYTES = 16 * 1024 * 1024
_BYTES_OF_A_VALUE = 128


class Memory:
    """Keeps answers of one epoch; whoever asks for what is being found out waits for it."""

    def __init__(self) -> None:
        self._epoch = ""
        self._size = 0
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._running: dict[tuple[str, Hashable], asyncio.Task[Any]] = {}

    async def get(self, epoch: str, key: Hashable, find_out: Callable[[], Awaitable[tuple[Any, str]]]) -> Any:
        """Return the answer to a question under an epoch.

        Args:
            epoch: of what the answer has to be.
            key: the question.
            find_out: returns an answer and the epoch it is of; it is kept where that is this one.
        """
        if epoch == self._epoch and key in self._answers:
            self._answers.move_to_end(key)
            return self._answers[key]
        asked = (epoch, key)
        task = self._running.get(asked)
        if task is None:
            task = self._running[asked] = asyncio.create_task(self._find_out(asked, find_out))
        return await asyncio.shield(task)

    async def _find_out(self, asked: tuple[str, Hashable], find_out: Callable[[], Awaitable[tuple[Any, str]]]) -> Any:
        epoch, key = asked
        try:
            answer, found_in = await find_out()
        finally:
            del self._running[asked]
        if found_in == epoch:
            if epoch != self._epoch:
                self._answers.clear()
                self._epoch, self._size = epoch, 0
            self._answers[key] = answer
            self._size += _size(answer)
            while self._size > _BYTES:
                self._size -= _size(self._answers.popitem(last=False)[1])
        return answer


def _size(answer: object) -> int:
    if isinstance(answer, bytes):
        return len(answer)
    return _BYTES_OF_A_VALUE * (1 + len(answer) if isinstance(answer, list | dict) else 1)
