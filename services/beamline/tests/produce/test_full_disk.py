"""A spool on a disk that is really full."""

import asyncio
import os
import sys
from datetime import UTC, datetime

import pytest

from beamlore.beamline.errors import SpoolError, SpoolFullError
from beamlore.beamline.produce import Producer, Spool
from beamlore.contract import ScanFinished, ScanStarted, new_pid

ALL = 10**9
RESERVE = 1024**2
MESSAGE = b"x" * 20_000


async def append(spool: Spool, value: bytes = MESSAGE) -> None:
    await spool.append("scans.balder", b"pid", value)


async def append_until_full(spool: Spool) -> int:
    count = 0
    with pytest.raises(SpoolFullError, match="free the disk"):
        while True:
            await append(spool)
            count += 1
    return count


async def test_reserve_takes_messages_while_the_disk_is_full(small_disk):
    async with Spool(small_disk.path, reserve_bytes=RESERVE) as spool:
        small_disk.fill()
        assert await append_until_full(spool) * len(MESSAGE) > RESERVE * 0.8
        # What fits is still taken.
        await append(spool, b"small")


async def test_full_disk_is_drained_and_takes_as_much_again(small_disk):
    async with Spool(small_disk.path, reserve_bytes=RESERVE) as spool:
        small_disk.fill()
        count = await append_until_full(spool)
        for _ in range(3):
            await spool.remove([message.id for message in await spool.peek(ALL)])
            assert spool.depth == 0
            assert await append_until_full(spool) >= count - 5


async def test_of_messages_sent_together_those_are_kept_that_fit(small_disk):
    async with Spool(small_disk.path, reserve_bytes=RESERVE) as spool:
        small_disk.fill()
        outcomes = await asyncio.gather(*(append(spool) for _ in range(100)), return_exceptions=True)
        assert 40 < sum(outcome is None for outcome in outcomes) < 60
        assert spool.depth == sum(outcome is None for outcome in outcomes)


async def test_spool_with_all_its_messages_on_a_full_disk_is_emptied(small_disk):
    async with Spool(small_disk.path, reserve_bytes=0) as spool:
        await asyncio.gather(*(append(spool, bytes(500)) for _ in range(10_000)))
    small_disk.fill()
    async with Spool(small_disk.path, reserve_bytes=RESERVE) as spool:
        assert spool.depth == 10_000
        await spool.remove([message.id for message in await spool.peek(ALL)])
        assert await spool.peek(ALL) == []
    async with Spool(small_disk.path, reserve_bytes=RESERVE) as spool:
        assert spool.depth == 0


async def test_reserve_comes_back_with_the_space(small_disk):
    async with Spool(small_disk.path, reserve_bytes=RESERVE) as spool:
        small_disk.fill()
        count = await append_until_full(spool)
        await spool.remove([message.id for message in await spool.peek(ALL)])
    small_disk.free()
    async with Spool(small_disk.path, reserve_bytes=RESERVE) as spool:
        small_disk.fill()
        assert await append_until_full(spool) >= count - 5


async def test_new_spool_on_a_full_disk_is_a_clear_error(small_disk):
    small_disk.fill()
    with pytest.raises(SpoolFullError, match="free the disk"):
        async with Spool(small_disk.path / "spool"):
            pass


async def test_read_only_disk_is_a_clear_error(small_disk):
    async with Spool(small_disk.path, reserve_bytes=RESERVE) as spool:
        await append(spool)
    small_disk.make_read_only()
    with pytest.raises(SpoolError, match="BEAMLORE_SPOOL_DIR"):
        async with Spool(small_disk.path):
            pass


KILLED = """
import asyncio, sys
from pathlib import Path
from beamlore.beamline.errors import SpoolFullError
from beamlore.beamline.produce import Spool

async def main():
    async with Spool(Path(sys.argv[1]), reserve_bytes=1024**2) as spool:
        while True:
            try:
                await spool.append("scans.balder", b"pid", bytes(20_000))
                print("kept", flush=True)
            except SpoolFullError:
                messages = await spool.peek(200_000)
                await spool.remove([message.id for message in messages])
                print(f"removed {len(messages)}", flush=True)
asyncio.run(main())
"""


async def test_process_killed_on_a_full_disk_loses_nothing(small_disk):
    expected = 0
    for lines in (1, 70, 150):
        async with Spool(small_disk.path, reserve_bytes=RESERVE):
            small_disk.fill()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLED, str(small_disk.path)), stdout=asyncio.subprocess.PIPE, env=os.environ
        )
        assert process.stdout is not None
        told = [(await process.stdout.readline()).decode() for _ in range(lines)]
        process.kill()
        told += (await process.stdout.read()).decode().splitlines()
        await process.wait()
        expected += sum(1 if line.startswith("kept") else -int(line.split()[1]) for line in told)
        async with Spool(small_disk.path, reserve_bytes=RESERVE) as spool:
            # What the killed process was doing, and had not told yet, may be done.
            assert abs(spool.depth - expected) <= 11
            expected = spool.depth
            assert len(await spool.peek(ALL)) == expected


async def test_each_message_is_delivered_once_from_a_full_disk(topic, small_disk):
    settings = topic.settings.model_copy(update={"spool_dir": small_disk.path, "spool_reserve_bytes": RESERVE})
    pids = [new_pid("test") for _ in range(84)]
    async with Producer(settings.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"}), drain_seconds=0) as away:
        for pid in pids:
            await away.send(_message(ScanStarted, topic.beamline, pid, 1))
    async with Producer(settings) as producer:
        small_disk.fill()
        await producer.flush(60)
        for pid in pids:
            await producer.send(_message(ScanFinished, topic.beamline, pid, 2))
        await producer.flush(60)
        assert producer.delivered == 2 * len(pids)
        assert producer.trouble is None
    arrived = [(one.pid, one.sequence) for one in await topic.read(lambda found: len(found) >= 2 * len(pids))]
    assert sorted(arrived) == sorted((pid, sequence) for pid in pids for sequence in (1, 2))


def _message(kind: type[ScanStarted | ScanFinished], beamline: str, pid: str, sequence: int) -> ScanStarted:
    now = datetime.now(UTC)
    ending = {"end": now} if kind is ScanFinished else {}
    return kind(
        pid=pid,
        sequence=sequence,
        beamline=beamline,
        proposal="20260101",
        command="ascan",
        start=now,
        path="/data",
        sent=now,
        **ending,
    )
