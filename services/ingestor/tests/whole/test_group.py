"""Several ingestors share the topics: they come, go and die while scans come in, and each scan is catalogued once."""

import asyncio
from contextlib import suppress

import pytest

from beamlore.core import Health
from beamlore.ingestor.consume.stream import KafkaUnavailableError, ScanStream


@pytest.fixture
def members(facility, tmp_path):
    """Three ingestors of one group, not yet started."""
    made = []
    for number in range(3):
        directory = tmp_path / str(number)
        directory.mkdir()
        made.append(facility.ingestor(directory))
    yield made
    for one in made:
        one.kill()


class Instruments:
    """Sends scans until told to stop, each with an update and an end, now and then something unreadable."""

    def __init__(self, facility, scan, make):
        self._facility, self._scan, self._make = facility, scan, make
        self.pids, self.unreadable = [], []
        self._stopping = False
        self._work = asyncio.create_task(self._send())

    async def stop(self):
        self._stopping = True
        await self._work

    async def _send(self):
        while not self._stopping:
            pid = self._scan.pid()
            await self._facility.produce(
                self._make("started", pid, 0), self._make("updated", pid, 1), self._make("finished", pid, 2)
            )
            self.pids.append(pid)
            if len(self.pids) % 20 == 0:
                self.unreadable += await self._facility.produce(b"{", key=pid)


@pytest.mark.timeout(600)
async def test_members_come_go_and_die_and_nothing_is_lost_or_doubled(facility, members, scan, make, eventually):
    first, second, third = members
    await first.start()
    instruments = Instruments(facility, scan, make)
    await second.start()
    await third.start()

    assert first.terminate() == 0, "told to end"
    after_leaving = len(instruments.pids)
    second.kill()
    await first.start()
    third.terminate()
    await instruments.stop()

    async def all_committed():
        return await facility.uncommitted() == 0

    await eventually(all_committed)
    assert await facility.count_scans(instruments.pids) == len(instruments.pids)
    assert await facility.count_in_inbox(*instruments.unreadable) == len(instruments.unreadable)
    for pid in instruments.pids[-5:]:
        assert (await facility.scan_now(pid))["state"] == "finished"
    assert len(instruments.pids) > after_leaving > 0


async def test_an_ingestor_that_is_told_to_end_leaves_its_partitions_at_once(facility, members, scan, make):
    first, second, _ = members
    await facility.members(0)
    await first.start()
    await second.start()
    await facility.members(2)
    pids = [scan.pid() for _ in range(8)]
    first.terminate()
    assert await facility.group_size() == 1, "one that dies is a member until its session's time is over"
    for pid in pids:
        await facility.produce(make("finished", pid, 1))
    for pid in pids:
        await facility.scan(pid, state="finished")


async def test_topic_that_is_deleted_takes_no_other_along(facility, scan, make, eventually):
    """The one that reads asks all the while how far it is behind, also in the moment of the deletion."""
    beamline = f"{facility.beamline}gone"
    await facility.make_topics(beamline)
    stream = ScanStream(facility.settings(consumer_group=f"{facility.group}-gone"), Health())
    await stream.start()

    async def is_read() -> bool:
        return beamline in await stream.behind()

    async def ask() -> None:
        while True:
            with suppress(KafkaUnavailableError):
                await stream.behind()

    try:
        await eventually(is_read)
        asking = asyncio.create_task(ask())
        try:
            await facility.delete_topic(beamline)
            await asyncio.sleep(2)
        finally:
            asking.cancel()
        message = make("started", scan.pid())
        await facility.produce(message)

        async def is_message_read() -> bool:
            batch = await stream.next()
            return batch is not None and message.pid.encode() in {record.key for record in batch.records}

        await eventually(is_message_read)
    finally:
        await stream.stop()
