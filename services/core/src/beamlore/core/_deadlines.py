"""Deadlines of calls to what a service depends on: the caller gets a 503 in time, however silent the other side is.

A process that hangs (stopped, or with a dead disk) keeps its connections open and says nothing, which no retry notices.
Each call to a database, a broker or another server is therefore broken off after some seconds.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType

from pymongo.errors import NetworkTimeout

from beamlore.core._current import current_request
from beamlore.core._errors import UnavailableError

READ_SECONDS = 5.0
WRITE_SECONDS = 10.0


class deadline:  # noqa: N801 - reads as a function: `with deadline(5, to_database)`
    """Breaks the block off after so many seconds, with an error of the caller's choice.

    As ``asyncio.timeout``, but also for context managers that are not asynchronous. Other errors that come of the
    cancellation count as the deadline's too.
    """

    __slots__ = ("_before", "_broken_off", "_error", "_seconds", "_task", "_timer")

    def __init__(self, seconds: float, error: Callable[[float], Exception]) -> None:
        """Prepare a deadline.

        Args:
            seconds: until the block is broken off.
            error: what is raised then, made of the seconds: ``to_database``, ``to_server("the user office")``.
        """
        self._seconds = seconds
        self._error = error

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline needs a task")
        self._task = task
        self._before = task.cancelling()
        self._broken_off = False
        self._timer = task.get_loop().call_later(self._seconds, self._break_off)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._broken_off and self._task.uncancel() <= self._before and error is not None:
            raise self._error(self._seconds) from error

    def _break_off(self) -> None:
        # Once: MongoDB's driver does not survive to be cancelled again while it takes back its locks.
        self._broken_off = True
        self._task.cancel()


def to_database(seconds: float) -> Exception:
    """Return the error of a call to MongoDB that was broken off: one of the driver's, as if it had noticed itself."""
    return NetworkTimeout(f"no answer within {seconds:g} s")


def to_server(name: str) -> Callable[[float], Exception]:
    """Return what makes the error of a call to another server that was broken off.

    Args:
        name: of the server, as the caller is told: "the user office".
    """
    return lambda seconds: UnavailableError(f"{name} did not answer within {seconds:g} s; try again in a moment")


def read_seconds() -> float:
    """Return how long the request under way may wait for an answer that changes nothing."""
    request = current_request()
    return READ_SECONDS if request is None else request.read_seconds
