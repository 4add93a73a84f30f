"""The ingestor as it is deployed: a process, and what signals do to it."""

import psutil
import pytest

MEGABYTE = 1024**2


@pytest.fixture
def process(facility, tmp_path):
    process = facility.ingestor(tmp_path)
    yield process
    process.kill()


async def test_killed_in_mid_batch_it_loses_and_doubles_nothing(facility, process, scan, make, eventually):
    pids = [scan.pid() for _ in range(2000)]
    ids = []
    for pid in pids:
        ids += await facility.produce(make("finished", pid, 1))
    [bad] = await facility.produce(b"{")
    await process.start()

    async def some_but_not_all():
        return await facility.scan_now(pids[0]) or await facility.scan_now(pids[1000])

    await eventually(some_but_not_all)
    process.kill()
    assert await facility.uncommitted() > 0
    await process.start()

    async def all_committed():
        return await facility.uncommitted() == 0

    await eventually(all_committed)
    assert await facility.count_scans(pids) == len(pids)
    assert await facility.count_in_inbox(bad) == 1


async def test_told_to_end_it_leaves_the_group_at_once(facility, process, start_ingestor, scan, make):
    pid = scan.pid()
    await facility.members(0)
    await process.start()
    await facility.members(1)

    assert process.terminate() == 0
    assert await facility.group_size() == 0, "one that dies is a member until its session's time is over"
    async with start_ingestor():
        await facility.produce(make("finished", pid, 1))
        await facility.scan(pid, state="finished")


async def test_at_rest_it_needs_less_than_150_megabytes(process):
    await process.start()

    assert psutil.Process(process.pid).memory_info().rss < 150 * MEGABYTE
