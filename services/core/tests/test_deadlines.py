"""Calls to what hangs are broken off in time, and nothing else is."""

import asyncio

import pytest
from pymongo.errors import AutoReconnect, NetworkTimeout

from beamlore.core import UnavailableError, deadline, to_database, to_server


async def test_what_hangs_is_broken_off():
    message = r"the user office did not answer within 0\.01 s"
    with pytest.raises(UnavailableError, match=message) as raised, deadline(0.01, to_server("the user office")):
        await asyncio.Event().wait()

    assert raised.value.headers["Retry-After"]
    assert asyncio.current_task().cancelling() == 0


async def test_an_error_that_comes_of_breaking_off_is_the_deadlines():
    with pytest.raises(NetworkTimeout), deadline(0.01, to_database):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise AutoReconnect("connection closed") from None


async def test_what_answers_in_time_is_left_alone():
    with deadline(5, to_database):
        await asyncio.sleep(0)

    with pytest.raises(KeyError), deadline(5, to_database):
        raise KeyError("own")


async def test_who_is_cancelled_from_outside_stays_cancelled():
    async def work():
        with deadline(5, to_database):
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_earlier_of_two_deadlines_holds():
    outer, inner = deadline(0.01, to_server("outer")), deadline(5, to_server("inner"))
    with pytest.raises(UnavailableError, match="outer"), outer, inner:
        await asyncio.Event().wait()
