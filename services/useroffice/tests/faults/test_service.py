import asyncio
import time

import pytest
from pydantic import ValidationError

from beamlore.core import UnavailableError
from beamlore.useroffice.faults.models import Fault
from beamlore.useroffice.faults.service import Faults


async def test_nothing_is_wrong_at_first() -> None:
    faults = Faults()
    await faults.suffer()
    assert faults.current.mode == "none"


async def test_down_ends_by_itself() -> None:
    faults = Faults()
    faults.put(Fault(mode="down", for_seconds=0.05))
    with pytest.raises(UnavailableError):
        await faults.suffer()

    async with asyncio.timeout(20):
        while faults.current.mode == "down":
            await asyncio.sleep(0)

    await faults.suffer()


async def test_slow_delays() -> None:
    faults = Faults()
    faults.put(Fault(mode="slow", delay_seconds=0.05))
    begun = time.monotonic()
    await faults.suffer()
    assert time.monotonic() - begun >= 0.05


async def test_delay_is_over_when_the_fault_is() -> None:
    faults = Faults()
    faults.put(Fault(mode="slow", delay_seconds=3600, for_seconds=0.05))
    async with asyncio.timeout(20):
        await faults.suffer()
    assert faults.current.mode == "none"


async def test_held_requests_go_on_when_all_is_well_again() -> None:
    faults = Faults()
    faults.put(Fault(mode="slow", delay_seconds=3600))
    held = [asyncio.create_task(faults.suffer()) for _ in range(3)]
    await asyncio.sleep(0)

    faults.put(Fault(mode="none"))

    async with asyncio.timeout(20):
        await asyncio.gather(*held)


async def test_held_requests_fail_when_it_goes_down() -> None:
    faults = Faults()
    faults.put(Fault(mode="slow", delay_seconds=3600))
    held = asyncio.create_task(faults.suffer())
    await asyncio.sleep(0)

    faults.put(Fault(mode="down"))

    with pytest.raises(UnavailableError):
        await held


@pytest.mark.parametrize(
    "fields",
    [
        {"mode": "slow"},
        {"mode": "down", "delay_seconds": 1},
        {"mode": "none", "for_seconds": 1},
        {"mode": "slow", "delay_seconds": 0},
        {"mode": "broken"},
    ],
)
def test_fault_that_makes_no_sense_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Fault.model_validate(fields)
