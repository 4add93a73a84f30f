"""Point reads that wait at the same moment share a query; no answer is older than its question."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from beamlore.catalogue.database.gathering import Gathered


class Reader:
    """Answers with the number of the query that found it."""

    def __init__(self) -> None:
        self.queries: list[list[str]] = []
        self.go_on = asyncio.Event()

    async def read(self, keys: Sequence[str]) -> Mapping[str, int]:
        self.queries.append(sorted(keys))
        number = len(self.queries)
        await self.go_on.wait()
        return {key: number for key in keys if key != "missing"}


async def _asked(
    gathered: Gathered[str, int], reader: Reader, *keys: str, group: str = "g"
) -> list[asyncio.Task[object]]:
    tasks: list[asyncio.Task[object]] = [asyncio.create_task(gathered.get(group, key, reader.read)) for key in keys]
    await asyncio.sleep(0)
    return tasks


async def test_what_is_asked_during_a_query_is_one_later_query() -> None:
    gathered, reader = Gathered[str, int](), Reader()
    first = await _asked(gathered, reader, "a")
    later = await _asked(gathered, reader, "b", "c", "a", "b", "missing")
    reader.go_on.set()
    assert await asyncio.gather(*first, *later) == [1, 2, 2, 2, 2, None]
    assert reader.queries == [["a"], ["a", "b", "c", "missing"]]


async def test_groups_do_not_share() -> None:
    """OWASP API-2023 API1: a query has the access rule of those who wait for it."""
    gathered, reader, other = Gathered[str, int](), Reader(), Reader()
    tasks = await _asked(gathered, reader, "a", group="ada") + await _asked(gathered, other, "a", group="bo")
    reader.go_on.set()
    other.go_on.set()
    await asyncio.gather(*tasks)
    assert reader.queries == other.queries == [["a"]]


async def test_an_error_is_everybodys_and_the_next_query_is_asked_anew() -> None:
    gathered, reader = Gathered[str, int](), Reader()

    async def fails(keys: Sequence[str]) -> Mapping[str, int]:
        await reader.go_on.wait()
        raise ValueError("no")

    tasks = [asyncio.create_task(gathered.get("g", key, fails)) for key in ("a", "b", "c")]
    await asyncio.sleep(0)
    reader.go_on.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, ValueError) for one in outcomes)
    assert await gathered.get("g", "a", reader.read) == 1


async def test_who_goes_away_takes_nobody_along() -> None:
    gathered, reader = Gathered[str, int](), Reader()
    (first,) = await _asked(gathered, reader, "a")
    second, third = await _asked(gathered, reader, "b", "c")
    first.cancel()
    second.cancel()
    reader.go_on.set()
    assert await third == 2
    with pytest.raises(asyncio.CancelledError):
        await first
