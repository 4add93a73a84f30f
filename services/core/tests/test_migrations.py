"""Each migration is made once, whoever begins it and however it is broken off."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from pymongo import ASCENDING, AsyncMongoClient, IndexModel

from beamlore.core import Health, Migration, Migrations, SchemaWatch, index_migration

SLOW = str(Path(__file__).with_name("slow_migration.py"))


@pytest.fixture
async def database(mongo_database):
    async with AsyncMongoClient(mongo_database.url, tz_aware=True) as client:
        yield client[mongo_database.name]


def counting(number, made, *, seconds=0.0):
    async def apply(database, tell):
        made.append(number)
        tell("half of it")
        await asyncio.sleep(seconds)

    return Migration(number, f"counting {number}", apply)


async def test_what_is_pending_is_made_in_order_and_recorded(database):
    made, told = [], []
    migrations = Migrations(database, [counting(1, made), counting(2, made)], "1.2.3")

    assert [one.number for one in await migrations.pending()] == [1, 2]
    assert await migrations.run(told.append) == 2
    assert await migrations.run(told.append) == 0

    assert made == [1, 2]
    assert await migrations.pending() == []
    record = await database["beamlore_migrations"].find_one({"_id": "0002"})
    assert (record["number"], record["name"], record["version"]) == (2, "counting 2", "1.2.3")
    assert record["appliedAt"].tzinfo is not None
    assert "0001 counting 1: half of it" in told


async def test_of_two_processes_at_once_one_makes_each(database):
    made = []
    both = [Migrations(database, [counting(1, made, seconds=0.5), counting(2, made)], "1") for _ in range(2)]

    counts = await asyncio.gather(*(one.run() for one in both))

    assert made == [1, 2]
    assert sorted(counts) == [0, 2]


async def test_a_migration_that_fails_is_pending_and_leaves_the_lease(database):
    attempts = []

    async def apply(database, tell):
        attempts.append(1)
        if len(attempts) == 1:
            raise RuntimeError("not yet")

    migrations = [Migration(1, "fails at first", apply)]
    with pytest.raises(RuntimeError):
        await Migrations(database, migrations, "1", lease_seconds=600).run()

    async with asyncio.timeout(30):
        assert await Migrations(database, migrations, "1").run() == 1


async def _process(mongo_database):
    process = await asyncio.create_subprocess_exec(
        sys.executable, SLOW, mongo_database.url, mongo_database.name, stdout=asyncio.subprocess.PIPE
    )
    assert await process.stdout.readline() == b"begun\n"
    return process


async def test_a_process_that_is_killed_midway_is_followed_by_another(mongo_database, database):
    first = await _process(mongo_database)
    first.kill()
    await first.wait()

    second = await _process(mongo_database)

    assert await second.stdout.readline() == b"done\n"
    assert await second.wait() == 0
    assert await database["steps"].count_documents({"done": True}) == 20
    assert await database["beamlore_migrations"].count_documents({"number": 1}) == 1


async def test_a_process_that_was_frozen_lets_go_of_what_another_has_taken_over(mongo_database, database):
    frozen = await _process(mongo_database)
    frozen.send_signal(signal.SIGSTOP)
    other = await _process(mongo_database)
    frozen.send_signal(signal.SIGCONT)

    assert await frozen.stdout.readline() == b"lost\n"
    assert await other.stdout.readline() == b"done\n"
    await asyncio.gather(frozen.wait(), other.wait())
    assert await database["beamlore_migrations"].count_documents({"number": 1}) == 1


def indexes(*fields):
    return index_migration(1, "indexes", {"things": [IndexModel([(field, ASCENDING)], name=field) for field in fields]})


async def test_indexes_are_made_when_what_is_declared_changes_and_the_former_version_stays_content(database):
    former, newer = Migrations(database, [indexes("a")], "1"), Migrations(database, [indexes("a", "b")], "2")

    await former.run()
    assert len(await newer.pending()) == 1
    await newer.run()

    assert set(await database["things"].index_information()) == {"_id_", "a", "b"}
    assert await former.pending() == [], "the former version, still running, does not find its own undone"
    assert await newer.pending() == []


async def test_a_service_is_ready_only_when_nothing_is_pending(database):
    made = []
    health = Health()
    migrations = Migrations(database, [counting(1, made)], "1")
    watch = SchemaWatch(migrations, health, "schema", migrates=False)
    running = asyncio.create_task(watch.run())
    try:
        await asyncio.sleep(0.5)
        assert not health.ready
        await migrations.run()
        async with asyncio.timeout(30):
            await watch.ready.wait()
        assert health.ready
        assert made == [1]
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_migrations_are_made_while_a_data_member_is_down(servers, database):
    (secondary,) = {"mongo-1", "mongo-2"} - {await servers.primary()}
    await servers.stop(secondary)
    try:
        async with asyncio.timeout(30):
            assert await Migrations(database, [indexes("a")], "1").run() == 1
    finally:
        await servers.start(secondary)


def test_numbers_must_rise():
    with pytest.raises(ValueError, match="rise"):
        Migrations(None, [counting(2, []), counting(1, [])], "1")
