"""What is created at the same moment shares a transaction, and each hears what became of theirs."""

import asyncio
from collections.abc import Sequence

import pytest

from beamlore.catalogue.database.creating import Together
from beamlore.core import ConflictError, UnavailableError


class Database:
    """Takes each name once, all of a transaction or none."""

    def __init__(self) -> None:
        self.transactions: list[list[str]] = []
        self.names: set[str] = set()
        self.go_on = asyncio.Event()
        self.away = False

    async def create(self, names: Sequence[str]) -> None:
        self.transactions.append(list(names))
        await self.go_on.wait()
        if self.away:
            raise UnavailableError("away")
        if len(set(names)) < len(names) or not self.names.isdisjoint(names):
            raise ConflictError(f"one of {names} is there already")
        self.names.update(names)


async def _begun(together: Together[str], *names: str, size: int = 1) -> list[asyncio.Task[None]]:
    tasks = []
    for name in names:
        tasks.append(asyncio.create_task(together.create(name, size)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    return tasks


async def test_what_waits_while_transactions_are_under_way_shares_the_next() -> None:
    database = Database()
    together = Together(database.create)
    tasks = await _begun(together, "a", "b", "c", "d", "e")
    database.go_on.set()
    await asyncio.gather(*tasks)
    assert database.transactions == [["a"], ["b"], ["c", "d", "e"]]
    assert database.names == set("abcde")


async def test_one_that_cannot_be_created_is_in_nobodys_way() -> None:
    database = Database()
    together = Together(database.create)
    tasks = await _begun(together, "a", "b", "c", "a", "d", "d")
    database.go_on.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in outcomes] == [*[type(None)] * 3, ConflictError, type(None), ConflictError]
    assert database.names == set("abcd")


async def test_a_database_that_is_away_is_tried_once_for_all_and_anew_for_the_next() -> None:
    database = Database()
    together = Together(database.create)
    database.away = True
    tasks = await _begun(together, "a", "b", "c", "d")
    database.go_on.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, UnavailableError) for one in outcomes)
    assert len(database.transactions) == 3
    database.away = False
    await together.create("a", 1)
    assert database.names == {"a"}


async def test_who_goes_away_takes_nobody_along() -> None:
    database = Database()
    together = Together(database.create)
    first, _, third, fourth = await _begun(together, "a", "b", "c", "d")
    first.cancel()
    third.cancel()
    database.go_on.set()
    await fourth
    with pytest.raises(asyncio.CancelledError):
        await first
    assert database.names == set("abcd")


async def test_a_transaction_stays_small() -> None:
    database = Database()
    together = Together(database.create)
    tasks = await _begun(together, "a", "b", "c", "d", "e", size=2**21)
    database.go_on.set()
    await asyncio.gather(*tasks)
    assert [len(names) for names in database.transactions] == [1, 1, 2, 1]
