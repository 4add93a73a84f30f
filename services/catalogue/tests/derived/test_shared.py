"""Work that is shared: each caller gets a run that began after it asked, and the end can be waited for."""

import asyncio

from beamlore.catalogue.derived.shared import Shared


async def test_who_asks_during_a_run_gets_the_next_one_and_shares_it() -> None:
    runs: list[asyncio.Event] = []

    async def work() -> int:
        runs.append(asyncio.Event())
        number = len(runs)
        await runs[-1].wait()
        return number

    shared = Shared(work)
    first = asyncio.create_task(shared())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = [asyncio.create_task(shared()) for _ in range(3)]
    await asyncio.sleep(0)
    runs[0].set()
    assert await first == 1
    while len(runs) < 2:
        await asyncio.sleep(0)
    runs[1].set()
    assert await asyncio.gather(*later) == [2, 2, 2]


async def test_a_run_goes_on_when_who_asked_is_gone_and_can_be_waited_for() -> None:
    done = False

    async def work() -> None:
        nonlocal done
        await asyncio.sleep(0.01)
        done = True

    shared = Shared(work)
    asking = asyncio.create_task(shared())
    await asyncio.sleep(0)
    asking.cancel()
    await shared.finished()
    assert done
