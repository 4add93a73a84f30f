"""Doing several things at once."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from beamlore.embedded.errors import EmbeddedError


async def all_of(*work: Coroutine[Any, Any, object]) -> None:
    """Do it all at once. The first error ends the rest and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except* EmbeddedError as errors:
        raise _first(errors) from None


def _first(errors: BaseExceptionGroup[EmbeddedError]) -> EmbeddedError:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, EmbeddedError)  # noqa: S101 - the group was made of these
    return error
