import asyncio
import json
import signal
import sys
import time

import pytest

from beamlore.beamline.gather import Gatherer
from beamlore.contract import MetadataEntry, MetadataSet, MetadataValue

BUDGET = 0.5
NOT_WAITED_FOR = 1.8
"""Seconds: over the budget on a machine that is busy, less than any of the odd devices would take."""


def chosen(*entries: MetadataEntry) -> MetadataSet:
    return MetadataSet(name="test", entries=list(entries))


def odd(attribute: str, device: str = "odd/well/0", **more: object) -> MetadataEntry:
    return MetadataEntry(key=attribute, source=f"{device}/{attribute}", **more)


async def read(entry: MetadataEntry) -> MetadataValue:
    return (await Gatherer().gather(chosen(entry)))[entry.key]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("number", 1.5),
        ("code", 4),
        ("flag", True),
        ("text", "plain text"),
        ("mode", "FAST"),
        ("spectrum", [1.0, 2.0, None]),
        ("empty", []),
        ("huge", float(2**64 - 1)),
        ("State", "UNKNOWN"),
    ],
)
async def test_attribute_is_recorded_as_plain_value(tango_facility, attribute, value):
    found = await read(odd(attribute))
    assert found.value == value
    assert type(found.value) is type(value)
    assert found.available


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [
        ("failing", "encoder lost"),
        ("invalid", "no valid value"),
        ("nan", "not a number"),
        ("long", "a list of 4000 values"),
        ("image", "an image"),
        ("absent", "absent"),
    ],
)
async def test_what_cannot_be_recorded_is_unavailable_and_says_why(tango_facility, attribute, reason):
    found = await read(odd(attribute))
    assert (found.available, found.value) == (False, None)
    assert reason in found.reason


async def test_one_failing_attribute_does_not_harm_the_others_of_its_device(tango_facility):
    found = await Gatherer().gather(chosen(odd("failing"), odd("number"), odd("absent"), odd("text")))
    assert {key: value.available for key, value in found.items()} == {
        "failing": False,
        "number": True,
        "absent": False,
        "text": True,
    }


async def test_unit_is_the_entrys_or_else_the_attributes(tango_facility):
    assert (await read(odd("number"))).unit == "mm"
    assert (await read(odd("number", unit="cm"))).unit == "cm"


@pytest.mark.parametrize(("attribute", "expected"), [("code", "insert"), ("float_code", "extract"), ("flag", "open")])
async def test_value_map_gives_the_recorded_text(tango_facility, attribute, expected):
    mapping = {"4": "insert", "5": "extract", "true": "open"}
    assert (await read(odd(attribute, value_map=mapping))).value == expected


async def test_name_group_and_source_go_with_the_value(tango_facility):
    found = await read(odd("number", name="Sample x", group="Positions"))
    assert (found.name, found.group, found.source) == ("Sample x", "Positions", "odd/well/0/number")


async def test_simulated_beamline_is_read_whole(tango_facility):
    devices = {f"mot{number:02d}": ["position", "state_code"] for number in range(1, 9)} | {
        "mono": ["energy", "bandwidth"],
        "ring": ["current", "lifetime"],
        "shutter": ["position_code"],
        "det": ["exposure_time", "counts", "temperature"],
        "sampleenv": ["temperature", "pressure"],
        "slit1": ["gap_h", "gap_v"],
    }
    entries = [
        MetadataEntry(key=f"{device}_{attribute}", source=f"sim/balder/{device}/{attribute}")
        for device, attributes in devices.items()
        for attribute in attributes
    ]
    found = await Gatherer().gather(chosen(*entries))
    assert list(found) == [entry.key for entry in entries]
    assert all(value.available for value in found.values())
    assert (found["mono_energy"].unit, found["mot04_position"].unit) == ("eV", "deg")


async def test_readings_at_the_same_time_do_not_harm_each_other(tango_facility):
    gatherer = Gatherer()
    readings = await asyncio.gather(*(gatherer.gather(chosen(odd("number"), odd("text"))) for _ in range(10)))
    assert all(value.available for reading in readings for value in reading.values())


async def test_slow_device_costs_no_more_than_the_budget_and_only_its_own_values(tango_facility):
    gatherer = Gatherer(BUDGET)
    wanted = chosen(odd("slow", "odd/well/7"), odd("number"))
    began = time.monotonic()
    found = await gatherer.gather(wanted)
    assert time.monotonic() - began < NOT_WAITED_FOR
    assert (found["slow"].available, found["number"].available) == (False, True)
    assert "odd/well/7" in found["slow"].reason


SCRIPT = """
import asyncio, json, sys, time
from beamlore.beamline.gather import Gatherer
from beamlore.contract import MetadataEntry, MetadataSet

async def main():
    names = sys.argv[1].split(",")
    wanted = MetadataSet(name="x", entries=[MetadataEntry(key=name, source=f"{name}/number") for name in names])
    gatherer = Gatherer(0.5)
    for line in sys.stdin:
        began = time.monotonic()
        found = await gatherer.gather(wanted)
        took = time.monotonic() - began
        print(json.dumps([took, {key: [v.available, v.reason] for key, v in found.items()}]), flush=True)
asyncio.run(main())
"""


class OtherProcess:
    """Gathers in a process of its own, since a process uses one Tango database."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, host: str, *devices: str) -> "OtherProcess":
        import os

        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SCRIPT, ",".join(devices)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"TANGO_HOST": host},
        )
        return cls(process)

    async def gather(self) -> tuple[float, dict[str, tuple[bool, str]]]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(b"\n")
        return json.loads(await self._process.stdout.readline())

    async def end(self) -> float:
        """Let it end by itself and return how long that took."""
        assert self._process.stdin
        began = time.monotonic()
        self._process.stdin.close()
        assert await self._process.wait() == 0
        return time.monotonic() - began


async def test_hanging_devices_cost_no_more_than_the_budget_and_recover(own_facility, hang):
    hanging = [f"odd/hang/{number}" for number in range(12)]
    server = own_facility.serve("hang", *hanging)
    own_facility.serve("fine", "odd/fine/0")
    other = await OtherProcess.start(own_facility.host, *hanging, "odd/fine/0")
    _, found = await other.gather()
    assert all(available for available, _ in found.values())

    hang(server)
    for _ in range(3):
        took, found = await other.gather()
        assert took < NOT_WAITED_FOR
        assert [name for name, (available, _) in found.items() if available] == ["odd/fine/0"]

    server.send_signal(signal.SIGCONT)
    async with asyncio.timeout(30):
        while not all(available for available, _ in found.values()):
            _, found = await other.gather()
    await other.end()


async def test_devices_that_hang_at_first_connect_cost_no_more_than_the_budget(own_facility, hang):
    server = own_facility.serve("hang", "odd/hang/0", "odd/hang/1")
    own_facility.serve("fine", "odd/fine/0")
    hang(server)
    other = await OtherProcess.start(own_facility.host, "odd/hang/0", "odd/hang/1", "odd/fine/0")
    took, found = await other.gather()
    assert took < NOT_WAITED_FOR
    assert [name for name, (available, _) in found.items() if available] == ["odd/fine/0"]
    assert await other.end() < 10


async def test_hanging_database_costs_no_more_than_the_budget_nor_keeps_the_process(own_facility, hang):
    own_facility.serve("fine", "odd/fine/0")
    hang(own_facility.database)
    other = await OtherProcess.start(own_facility.host, "odd/fine/0")
    for _ in range(2):
        took, found = await other.gather()
        assert took < NOT_WAITED_FOR
        assert not found["odd/fine/0"][0]
    assert await other.end() < 10


async def test_without_database_what_is_connected_is_read_and_the_rest_is_unavailable(own_facility):
    own_facility.serve("fine", "odd/fine/0")
    server = own_facility.serve("late", "odd/late/0")
    server.kill()
    server.wait()
    other = await OtherProcess.start(own_facility.host, "odd/fine/0", "odd/late/0")
    await other.gather()
    own_facility.database.kill()
    own_facility.database.wait()
    took, found = await other.gather()
    assert took < NOT_WAITED_FOR
    assert {name: available for name, (available, _) in found.items()} == {"odd/fine/0": True, "odd/late/0": False}
    await other.end()


async def test_device_that_comes_back_is_read_again(own_facility):
    server = own_facility.serve("back", "odd/back/0")
    other = await OtherProcess.start(own_facility.host, "odd/back/0")
    await other.gather()
    server.kill()
    server.wait()
    _, found = await other.gather()
    assert not found["odd/back/0"][0]
    own_facility.serve("back", "odd/back/0")
    async with asyncio.timeout(30):
        while not found["odd/back/0"][0]:
            _, found = await other.gather()
    await other.end()
