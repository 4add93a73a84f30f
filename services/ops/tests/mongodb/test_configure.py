"""A replica set of real members is begun, led to other members, and keeps its data."""

import asyncio
import signal
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from beamlore.ops.errors import OpsError
from beamlore.ops.mongodb.configure import configure
from beamlore.ops.mongodb.settings import MongoConfigureSettings

_PASSWORDS = {"root": "r00t", "catalogue": "c4t", "backup": "b4ck"}


class Wanted:
    """What the command is told, and what came of it."""

    def __init__(self, members, directory: Path) -> None:
        self._members = members
        self.users_dir = directory / "users"
        self.users_dir.mkdir()
        for name, password in _PASSWORDS.items():
            self.set_password(name, password)

    def set_password(self, name: str, password: str) -> None:
        (self.users_dir / f"{name}-password").write_text(f"{password}\n")

    async def configure(self, data, arbiters=(), *, force=False, wait_seconds=180) -> None:
        settings = MongoConfigureSettings(
            members=",".join(one if isinstance(one, str) else one.host for one in data),
            arbiters=",".join(one.host for one in arbiters),
            key_file=self._members.key_file,
            users_dir=self.users_dir,
            election_timeout_ms=3000,
            wait_seconds=wait_seconds,
        )
        await configure(settings, force=force)

    def client(self, *members, user="root", password=_PASSWORDS["root"]):
        hosts = ",".join(one.host for one in members)
        return AsyncMongoClient(
            f"mongodb://{user}:{password}@{hosts}/?replicaSet=beamlore&authSource=admin",
            w="majority",
            serverSelectionTimeoutMS=20_000,
        )


@pytest.fixture
def wanted(members, tmp_path: Path) -> Wanted:
    return Wanted(members, tmp_path)


async def _configuration(client):
    return (await client.admin.command("replSetGetConfig"))["config"]


async def _members_of(client):
    return [(one["host"], one["arbiterOnly"]) for one in (await _configuration(client))["members"]]


async def test_new_set_gets_members_and_users_and_the_command_can_be_repeated(members, wanted):
    one, two, arbiter = await members.start(3)

    await wanted.configure([one, two], [arbiter])
    async with wanted.client(one, two) as client:
        before = await _configuration(client)
        await wanted.configure([one, two], [arbiter])
        assert await _configuration(client) == before
        assert [(m["host"], m["arbiterOnly"], m["priority"]) for m in before["members"]] == [
            (one.host, False, 1),
            (two.host, False, 1),
            (arbiter.host, True, 0),
        ]
        assert before["settings"]["electionTimeoutMillis"] == 3000
        defaults = await client.admin.command("getDefaultRWConcern")
        assert defaults["defaultWriteConcern"]["w"] == 1
    async with wanted.client(one, two, user="catalogue", password="c4t") as client:
        await client.catalogue.things.insert_one({})
        with pytest.raises(OperationFailure, match="not authorized"):
            await client.ingestor.things.find_one()


async def test_changed_password_is_set(members, wanted):
    (one,) = await members.start(1)
    await wanted.configure([one])

    wanted.set_password("catalogue", "changed")
    await wanted.configure([one])

    async with wanted.client(one, user="catalogue", password="changed") as client:
        await client.catalogue.things.insert_one({})


async def test_topologies_change_into_each_other_without_losing_data(members, wanted):
    one, two, three, arbiter = await members.start(4)
    await wanted.configure([one, two, three])
    async with wanted.client(one, two) as client:
        await client.catalogue.things.insert_one({"_id": "kept"})
        assert (await client.admin.command("getDefaultRWConcern"))["defaultWriteConcern"]["w"] == "majority"

        await three.stop()  # as a smaller StatefulSet does, before the command runs
        await wanted.configure([one, two], [arbiter])
        assert sorted(await _members_of(client)) == sorted([(one.host, False), (two.host, False), (arbiter.host, True)])
        assert (await client.admin.command("getDefaultRWConcern"))["defaultWriteConcern"]["w"] == 1

        await arbiter.stop()
        await three.start()
        await wanted.configure([one, two, three])
        assert sorted(await _members_of(client)) == sorted([(m.host, False) for m in (one, two, three)])
        await client.catalogue.things.insert_one({"_id": "new"})
        assert [thing["_id"] async for thing in client.catalogue.things.find()] == ["kept", "new"]


async def test_primary_that_is_not_wanted_steps_down_and_goes(members, wanted):
    one, two, three = await members.start(3)
    await wanted.configure([one, two, three])
    async with wanted.client(one, two, three) as client:
        primary = (await client.admin.command("hello"))["primary"]
    rest = [member for member in (one, two, three) if member.host != primary]

    await wanted.configure(rest)

    async with wanted.client(*rest) as client:
        assert sorted(await _members_of(client)) == sorted((member.host, False) for member in rest)


async def test_members_that_have_other_names_are_renamed_while_they_serve(members, wanted):
    one, two = await members.start(2)
    await wanted.configure([one, two])

    renamed = [f"localhost:{one.port}", f"localhost:{two.port}"]
    await wanted.configure(renamed)

    async with AsyncMongoClient(f"mongodb://root:r00t@{renamed[0]}/?replicaSet=beamlore") as client:
        assert [host for host, _ in await _members_of(client)] == renamed
        await client.catalogue.things.insert_one({})


async def test_members_that_were_all_moved_go_on_with_their_data(members, wanted, caplog):
    one, two, arbiter = await members.start(3)
    await wanted.configure([one, two], [arbiter])
    async with wanted.client(one, two) as client:
        await client.catalogue.things.insert_one({"_id": "kept"})
    for member in (one, two, arbiter):
        await member.stop()
        member.move()
        await member.start()

    await wanted.configure([one, two], [arbiter])

    async with wanted.client(one, two) as client:
        assert await client.catalogue.things.find_one() == {"_id": "kept"}
        assert [member["_id"] for member in (await _configuration(client))["members"]] == [0, 1, 2]


async def test_lost_majority_is_given_up_only_when_that_is_asked_for(members, wanted):
    one, two, three = await members.start(3)
    await wanted.configure([one, two, three])
    async with wanted.client(one, two, three) as client:
        await client.catalogue.things.insert_one({"_id": "kept"})
    await asyncio.gather(*(member.stop(signal.SIGKILL) for member in (two, three)))

    with pytest.raises(OpsError, match="primary"):
        await wanted.configure([one], wait_seconds=15)
    await wanted.configure([one], force=True)

    async with wanted.client(one) as client:
        assert await client.catalogue.things.find_one() == {"_id": "kept"}
        await client.catalogue.things.insert_one({"_id": "new"})


async def test_empty_member_never_begins_a_second_set(members, wanted):
    one, two = await members.start(2)
    await wanted.configure([two])

    await wanted.configure([one, two])

    async with wanted.client(two, one) as client:
        assert sorted(await _members_of(client)) == sorted([(one.host, False), (two.host, False)])


async def test_other_key_file_is_said_as_such(members, wanted):
    (one,) = await members.start(1)
    await wanted.configure([one])
    members.key_file.write_text("another key")
    with pytest.raises(OpsError, match="key file"):
        await wanted.configure([one])


async def test_member_that_does_not_answer_is_named(members, wanted):
    (one,) = await members.start(1)
    with pytest.raises(OpsError, match=r"127\.0\.0\.1:9"):
        await wanted.configure([one, "127.0.0.1:9"], wait_seconds=3)
