"""Doing parts of a work at once, in threads; the first error ends the rest."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")


def all_at_once(work: Iterable[Callable[[], T]], workers: int) -> list[T]:
    """Do all of it, so many at once, and return what each returns, in their order.

    Raises:
        Exception: the first that one of them raised; what had not begun is not done.
    """
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(one) for one in work]
        done, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
        for future in done:
            future.result()
        return [future.result() for future in futures]
