"""Calls that may hang, away from the event loop and from the end of the process."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def start_call(work: Callable[[], T], name: str) -> "asyncio.Future[T]":
    """Run a call in a thread of its own and return the future of its result.

    The thread is a daemon: a call that hangs (a Tango call has been seen to hang for 143 s while the database did not
    answer) keeps neither the event loop nor the process's end waiting, as a pool's threads would.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def finish(settle: Callable[[], None]) -> None:
        def settle_once() -> None:
            if not future.done():
                settle()

        # The loop may be gone when a call that hung returns; nobody waits for it then.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle_once)

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            failure = error
            finish(lambda: future.set_exception(failure))
        else:
            finish(lambda: future.set_result(result))

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
