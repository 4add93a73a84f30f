import asyncio
import json
import os
import sys
from collections import defaultdict
from datetime import UTC, datetime

import pytest

from beamlore.beamline.errors import ProducerClosedError, SpoolInUseError
from beamlore.beamline.produce import Producer
from beamlore.contract import MetadataValue, ScanMessage, ScanStarted, ScanUpdated, new_pid


def message(beamline: str, pid: str, sequence: int, **fields: object) -> ScanMessage:
    now = datetime.now(UTC)
    kind = ScanStarted if sequence == 1 else ScanUpdated
    return kind(
        pid=pid,
        sequence=sequence,
        beamline=beamline,
        proposal="20260101",
        command="ascan",
        start=now,
        path="/data",
        sent=now,
        **fields,
    )


def by_pid(messages: list[ScanMessage]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for one in messages:
        found[one.pid].append(one.sequence)
    return found


def first_times(sequence: list[int]) -> list[int]:
    return list(dict.fromkeys(sequence))


async def test_messages_arrive_in_order_for_each_pid(topic):
    pids = [new_pid("test") for _ in range(20)]
    async with Producer(topic.settings) as producer:
        for sequence in range(1, 11):
            await asyncio.gather(*(producer.send(message(topic.beamline, pid, sequence)) for pid in pids))
        await producer.flush(30)
        assert producer.depth == 0
    arrived = by_pid(await topic.read(lambda found: len(found) >= 200))
    assert arrived == {pid: list(range(1, 11)) for pid in pids}


async def test_broker_away_then_back_loses_nothing_and_keeps_the_order(topic, servers):
    pids = [new_pid("test") for _ in range(5)]
    async with Producer(topic.settings, drain_seconds=0) as producer:
        await producer.send(message(topic.beamline, pids[0], 1))
        await producer.flush(30)
        await servers.stop("kafka")
        try:
            for sequence in range(2, 40):
                for pid in pids:
                    await producer.send(message(topic.beamline, pid, sequence))
            assert producer.depth == 38 * 5
        finally:
            await servers.start("kafka")
        await producer.flush(60)
        assert producer.trouble is None
    arrived = by_pid(await topic.read(lambda found: {(m.pid, m.sequence) for m in found} >= {(p, 39) for p in pids}))
    assert first_times(arrived[pids[0]]) == list(range(1, 40))
    assert all(first_times(arrived[pid]) == list(range(2, 40)) for pid in pids[1:])


async def test_message_larger_than_the_broker_takes_is_sent_without_its_largest_values(topic):
    async with Producer(topic.settings) as producer:
        metadata = {str(n): MetadataValue(value="x" * 10_000) for n in range(110)} | {"small": MetadataValue(value=1)}
        await producer.send(message(topic.beamline, new_pid("test"), 1, metadata=metadata))
        await producer.flush(30)
    (arrived,) = await topic.read(lambda found: len(found) >= 1)
    left_out = [entry for entry in arrived.metadata.values() if not entry.available]
    assert 10 <= len(left_out) <= 20
    assert all("too large" in entry.reason for entry in left_out)
    assert arrived.metadata["small"].value == 1


async def test_message_the_broker_refuses_for_its_size_is_sent_smaller_and_holds_up_no_others(topic, limit_topic):
    await limit_topic(topic, 20_000)
    small, large = new_pid("test"), new_pid("test")
    async with Producer(topic.settings) as producer:
        await asyncio.gather(
            producer.send(message(topic.beamline, small, 1)),
            producer.send(
                message(
                    topic.beamline,
                    large,
                    1,
                    metadata={"a": MetadataValue(value="x" * 15_000), "b": MetadataValue(value="y" * 15_000)},
                )
            ),
            producer.send(message(topic.beamline, small, 2)),
        )
        await producer.flush(30)
    arrived = await topic.read(lambda found: len({(m.pid, m.sequence) for m in found}) >= 3)
    assert first_times(by_pid(arrived)[small]) == [1, 2]
    (shrunk,) = [one for one in arrived if one.pid == large]
    assert sum(entry.available for entry in shrunk.metadata.values()) <= 1


async def test_message_the_broker_never_takes_is_put_aside(topic, limit_topic):
    await limit_topic(topic, 100)
    async with Producer(topic.settings) as producer:
        await producer.send(message(topic.beamline, new_pid("test"), 1))
        await producer.flush(30)
        assert producer.depth == 0
        assert producer.delivered == 0


async def test_second_producer_on_the_same_spool_is_refused(topic):
    async with Producer(topic.settings):
        with pytest.raises(SpoolInUseError, match="BEAMLORE_SPOOL_DIR"):
            async with Producer(topic.settings):
                pass


async def test_producer_that_is_not_open_says_so(topic):
    with pytest.raises(ProducerClosedError):
        await Producer(topic.settings).send(message(topic.beamline, new_pid("test"), 1))


KILLED = """
import asyncio, sys
from datetime import UTC, datetime
from beamlore.beamline.produce import Producer
from beamlore.beamline.settings import KafkaSettings
from beamlore.contract import ScanUpdated, new_pid

async def produce(producer, beamline, pid):
    sequence = 0
    while True:
        sequence += 1
        now = datetime.now(UTC)
        await producer.send(ScanUpdated(pid=pid, sequence=sequence, beamline=beamline, proposal="20260101",
                                        command="ascan", start=now, path="/data", sent=now))
        print(f'["{pid}", {sequence}]', flush=True)

async def main():
    async with Producer(KafkaSettings(), drain_seconds=0) as producer:
        await asyncio.gather(*(produce(producer, sys.argv[1], new_pid("test")) for _ in range(4)))
asyncio.run(main())
"""


async def test_process_killed_at_any_instant_loses_no_message_whose_send_returned(topic):
    sent: dict[str, int] = {}
    for lines in (50, 400, 1200):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLED, topic.beamline),
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | topic.environment(),
        )
        assert process.stdout is not None
        for _ in range(lines):
            pid, sequence = json.loads(await process.stdout.readline())
            sent[pid] = sequence
        process.kill()
        rest = (await process.stdout.read()).decode().splitlines()
        await process.wait()
        for line in rest:
            if line.endswith("]"):
                pid, sequence = json.loads(line)
                sent[pid] = sequence

    async with Producer(topic.settings) as producer:
        await producer.flush(60)
    arrived = by_pid(
        await topic.read(
            lambda found: all(
                last <= max((m.sequence for m in found if m.pid == pid), default=0) for pid, last in sent.items()
            )
        )
    )
    assert len(sent) == 12
    for pid, last in sent.items():
        order = first_times(arrived[pid])
        assert order[:last] == list(range(1, last + 1))
