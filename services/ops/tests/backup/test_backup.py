"""Backups of real databases, taken while they are written to, verified and restored."""

import asyncio
import secrets
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from bson import Binary, Decimal128, Int64, ObjectId
from pymongo import MongoClient

from beamlore.catalogue.derived.fold import ROLLUPS, SEARCH, SIGNATURES
from beamlore.catalogue.derived.log import CHANGES
from beamlore.catalogue.live.follow import STATE
from beamlore.embedded import Installation
from beamlore.ops.backup.create import create
from beamlore.ops.backup.digest import ContentDigest
from beamlore.ops.backup.restore import restore
from beamlore.ops.backup.settings import DERIVED, BackupSettings
from beamlore.ops.backup.target import BackupTarget
from beamlore.ops.backup.verify import verify
from beamlore.ops.errors import OpsError
from beamlore.ops.mongodb.users import provide_users, users_of


class Databases:
    """Two databases of the test's own, and the place of their backups."""

    def __init__(self, administrator: str, url: str, directory: Path) -> None:
        self.client: MongoClient = MongoClient(administrator, w="majority")
        run = secrets.token_hex(4)
        self.names = [f"catalogue-{run}", f"ingestor-{run}"]
        self.directory = directory
        self._url = url

    @property
    def one(self):
        return self.client[self.names[0]]

    @property
    def two(self):
        return self.client[self.names[1]]

    def settings(self, **changes) -> BackupSettings:
        values = {
            "mongodb_url": self._url,
            "databases": ",".join(self.names),
            "directory": self.directory,
            "part_documents": 1000,
            "keep": 3,
        }
        return BackupSettings(**(values | changes))

    def target(self) -> BackupTarget:
        return BackupTarget.of(self.settings())

    def drop(self, suffix: str = "") -> None:
        for name in self.names:
            self.client.drop_database(name + suffix)


@pytest.fixture
async def backup_user(servers: Installation):
    """The connection string of a user as an installation has it for its backups."""
    (backup,) = users_of({"backup": secrets.token_hex(8)})
    user = replace(backup, name=f"backup-{secrets.token_hex(4)}")
    async with servers.mongo.administrator() as client:
        primary = (await client.admin.command("hello"))["primary"]
        await provide_users(client, primary, [user])
        hosts = servers.mongo_url("admin").partition("@")[2]
        yield f"mongodb://{user.name}:{user.password}@{hosts}"
        await client.admin.command("dropUser", user.name)


@pytest.fixture
def databases(servers: Installation, backup_user: str, tmp_path: Path):
    databases = Databases(servers.mongo_url("admin"), backup_user, tmp_path / "backups")
    yield databases
    databases.drop()
    databases.drop("-looked-at")
    databases.client.close()


def _fill(databases: Databases) -> None:
    databases.one["Dataset"].insert_many(
        [
            {"_id": f"pid/{number}", "size": Int64(number), "nested": {"b": 1, "a": [Decimal128("1.5"), None]}}
            for number in range(3500)
        ]
    )
    databases.one["Dataset"].create_index([("size", -1)], name="by_size", partialFilterExpression={"size": {"$gt": 5}})
    databases.one["odd/name"].insert_many([{"_id": one} for one in (1, "1", ObjectId(), Binary(b"1"), None)])
    databases.one.create_collection("empty", collation={"locale": "sv"}, validator={"a": {"$exists": True}})
    databases.two["Inbox"].insert_one({"content": b"\0\xff"})


def _content(database) -> dict:
    found = {}
    for name in database.list_collection_names():
        digest = ContentDigest()
        for batch in database[name].find_raw_batches():
            place = 0
            while place < len(batch):
                length = int.from_bytes(batch[place : place + 4], "little")
                digest.add(batch[place : place + length])
                place += length
        indexes = {index["name"]: dict(index) for index in database[name].list_indexes()}
        found[name] = (digest.content(), database[name].options(), indexes)
    return found


async def test_restored_databases_are_the_same_to_the_byte(databases):
    _fill(databases)
    before = [_content(databases.one), _content(databases.two)]

    manifest = await asyncio.to_thread(create, databases.settings())
    databases.drop()
    await asyncio.to_thread(restore, databases.settings(), "latest", replace=False)

    assert [_content(databases.one), _content(databases.two)] == before
    assert manifest.documents == 3500 + 5 + 1
    assert len(next(one for one in manifest.collections if one.name == "Dataset").parts) > 1


async def test_collection_read_in_several_batches_is_whole(databases):
    databases.one["Dataset"].insert_many([{"_id": number} for number in range(10_500)])

    manifest = await asyncio.to_thread(create, databases.settings(part_documents=500_000))

    assert manifest.documents == 10_500
    await asyncio.to_thread(restore, databases.settings(), "latest", replace=True)
    assert databases.one["Dataset"].count_documents({}) == 10_500


async def test_backup_is_of_one_moment_while_services_write(databases):
    """A writer raises a number first here, then there: at no moment do they differ by more than one."""
    _fill(databases)
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            databases.one["Dataset"].insert_one({"_id": f"late/{number:08d}"})
            databases.two["Ledger"].insert_one({"_id": number})

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while databases.two["Ledger"].estimated_document_count() < 200:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(create, databases.settings())
    finally:
        ended.set()
        writer.join()
    await asyncio.to_thread(restore, databases.settings(), "latest", replace=True)

    first = databases.one["Dataset"].count_documents({"_id": {"$regex": "^late/"}})
    second = databases.two["Ledger"].count_documents({})
    assert first - second in (0, 1)
    assert second >= 200
    assert databases.two["Ledger"].find_one(sort=[("_id", -1)])["_id"] == second


async def test_databases_that_are_not_empty_are_left_alone(databases):
    _fill(databases)
    await asyncio.to_thread(create, databases.settings())
    before = _content(databases.one)

    with pytest.raises(OpsError, match=r"not empty.*Dataset"):
        await asyncio.to_thread(restore, databases.settings(), "latest", replace=False)

    assert _content(databases.one) == before


async def test_backup_can_be_looked_at_beside_what_is_there(databases):
    _fill(databases)
    await asyncio.to_thread(create, databases.settings())

    await asyncio.to_thread(restore, databases.settings(), "latest", replace=False, suffix="-looked-at")

    beside = databases.client[f"{databases.names[0]}-looked-at"]
    assert _content(beside)["Dataset"][0] == _content(databases.one)["Dataset"][0]


async def test_derived_data_are_left_out_and_dropped_by_a_restore(databases):
    _fill(databases)
    databases.one[ROLLUPS].insert_one({"_id": "stale"})
    manifest = await asyncio.to_thread(create, databases.settings())

    await asyncio.to_thread(restore, databases.settings(), "latest", replace=True)

    assert {CHANGES, SEARCH, SIGNATURES, ROLLUPS, STATE} == set(DERIVED)
    assert ROLLUPS not in {one.name for one in manifest.collections}
    assert ROLLUPS not in databases.one.list_collection_names()


async def test_damaged_backup_is_found_and_not_restored(databases):
    _fill(databases)
    manifest = await asyncio.to_thread(create, databases.settings())
    await asyncio.to_thread(verify, databases.target(), "latest", 2)
    path = databases.directory / next(one for one in manifest.collections if one.name == "Inbox").parts[0].path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(OpsError, match="Inbox"):
        await asyncio.to_thread(verify, databases.target(), "latest", 2)
    with pytest.raises(OpsError, match="Inbox"):
        await asyncio.to_thread(restore, databases.settings(), "latest", replace=True)
    assert databases.one["Dataset"].estimated_document_count() == 3500


async def test_newest_backups_are_kept_and_broken_off_ones_are_none(databases):
    databases.one["Dataset"].insert_one({"_id": 1})
    ids = [(await asyncio.to_thread(create, databases.settings(keep=2))).id for _ in range(3)]
    (databases.directory / ids[2] / "manifest.json").unlink()

    assert databases.target().ids() == [ids[1]]
    with pytest.raises(OpsError, match=f"There are: {ids[1]}"):
        databases.target().manifest(ids[0])
    assert not (databases.directory / ids[0]).exists()


async def test_backup_of_a_database_that_is_away_says_so(databases):
    url = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=500"
    with pytest.raises(OpsError, match=r"127\.0\.0\.1:9"):
        await asyncio.to_thread(create, databases.settings(mongodb_url=url))
    assert databases.target().ids() == []
