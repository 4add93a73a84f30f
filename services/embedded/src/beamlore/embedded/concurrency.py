"""Doing several things at once."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

from beamlore.embedded.errors import EmbeddedError


async def all_of(*work: Coroutine[Any, Any, object]) -> None:
    """Do it all at once. The first error ends the rest and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except BaseExceptionGroup as group:
        errors = list(_leaves(group))
        raise next((error for error in errors if isinstance(error, EmbeddedError)), errors[0]) from None


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
