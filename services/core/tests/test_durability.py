"""A write says whether the majority has it, and a failover cannot pass unseen."""

import pytest
from pymongo.errors import WTimeoutError

from beamlore.core import DurableWriter, MongoSettings, connect


@pytest.fixture
async def client(mongo_database):
    url, database = mongo_database
    client = connect(MongoSettings(mongo_url=url, mongo_database=database), app_name="test")
    yield client
    await client.close()


@pytest.fixture
async def whole_set(servers):
    """The set with all its members, before and after, whatever the test does to them."""
    yield servers
    for member in ("mongo-1", "mongo-2"):
        await servers.start(member)


async def write(writer, client, database, number):
    async with writer.write() as scope:
        collection = client[database].get_collection("writes", write_concern=scope.write_concern)
        try:
            await collection.insert_one({"_id": number})
        except WTimeoutError:
            scope.not_by_majority()
    return scope.durability


async def test_whole_set_gives_majority_under_one_term(client, mongo_database):
    writer = DurableWriter(client)

    first = await write(writer, client, mongo_database[1], 1)
    second = await write(writer, client, mongo_database[1], 2)

    assert first.level == second.level == "majority"
    assert first.term == second.term != "unknown"
    assert await writer.current() == first


async def test_loss_of_a_member_is_said_and_its_return_confirms_what_was_held(client, mongo_database, whole_set):
    writer = DurableWriter(client)
    before = await write(writer, client, mongo_database[1], 1)
    primary = await whole_set.primary()
    secondary = next(name for name in ("mongo-1", "mongo-2") if name != primary)

    await whole_set.stop(secondary)
    held = await write(writer, client, mongo_database[1], 2)
    again = await write(writer, client, mongo_database[1], 3)
    standing = await writer.current()
    await whole_set.start(secondary)
    for _ in range(60):
        after = await writer.current()
        if after.level == "majority":
            break

    assert [held.level, again.level, standing.level] == ["w1", "w1", "w1"]
    assert after.level == "majority"
    assert before.term == held.term == again.term == after.term, "the primary never changed"
    assert await client[mongo_database[1]]["writes"].count_documents({}) == 3


async def test_new_primary_is_a_new_term(client, mongo_database, whole_set):
    writer = DurableWriter(client)
    before = await write(writer, client, mongo_database[1], 1)

    primary = await whole_set.primary()
    await whole_set.stop(primary)
    for number in range(2, 40):
        after = await write(writer, client, mongo_database[1], number)
        if after.term != "unknown":
            break
    await whole_set.start(primary)

    assert after.term != before.term
