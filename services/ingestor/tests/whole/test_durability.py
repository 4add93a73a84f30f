"""While a member of the database is down scans go on, their offsets are held, and no failover loses one."""

import asyncio
import gc

import pytest

# The driver leaves the sockets of a member that went away to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
MEMBERS = ("mongo-1", "mongo-2")


@pytest.fixture
async def whole_set(servers):
    """The set with both data members, before and after, whatever the test does to them."""
    yield servers
    for member in MEMBERS:
        await servers.start(member)
    gc.collect()


@pytest.fixture
def secondary(servers):
    async def secondary():
        primary = await servers.primary()
        return next(member for member in MEMBERS if member != primary)

    return secondary


async def metric(ingestor, name):
    text = (await ingestor.get("/metrics")).text
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))


async def test_offsets_are_held_while_a_member_is_down_and_committed_when_it_is_back(
    facility, start_ingestor, scan, make, eventually, whole_set, secondary
):
    pids = [scan.pid() for _ in range(5)]
    member = await secondary()
    async with start_ingestor() as ingestor:
        replays = await metric(ingestor, "beamlore_ingestor_replays_total")
        await whole_set.stop(member)
        ids = await facility.produce(*(make("finished", pid, 1) for pid in pids), b"{")
        for pid in pids:
            await facility.scan(pid, state="finished")
        await ingestor.inbox(ids[-1])
        assert await metric(ingestor, "beamlore_ingestor_held_messages") >= 1
        assert await facility.uncommitted() >= 6

        await whole_set.start(member)

        async def committed():
            return await facility.uncommitted() == 0

        await eventually(committed)
        assert await metric(ingestor, "beamlore_ingestor_held_messages") == 0
        assert await metric(ingestor, "beamlore_ingestor_replays_total") == replays


async def test_scans_that_a_failover_takes_back_are_written_again(
    facility, start_ingestor, scan, make, eventually, whole_set, secondary
):
    """The primary alone has the scans, is killed, and the member that never had them is the next primary."""
    pids = [scan.pid() for _ in range(20)]
    first, second = await whole_set.primary(), await secondary()
    async with start_ingestor() as ingestor:
        await whole_set.stop(second)
        ids = await facility.produce(*(make("finished", pid, 1) for pid in pids), b"{")
        for pid in pids:
            await facility.scan(pid, state="finished")
        await ingestor.inbox(ids[-1])
        replays = await metric(ingestor, "beamlore_ingestor_replays_total")

        await whole_set.stop(first)
        await whole_set.start(second)

        async def elected():
            return await whole_set.primary() == second

        await eventually(elected)
        await whole_set.start(first)

        async def replayed():
            return await metric(ingestor, "beamlore_ingestor_replays_total") > replays

        async def committed():
            return await facility.uncommitted() == 0

        await eventually(replayed)
        await eventually(committed)
        await asyncio.gather(*(facility.scan(pid, state="finished") for pid in pids))
        assert (await ingestor.inbox(ids[-1]))["state"] == "open"
