"""A build makes what folding would have made, however often it is stopped, and whatever is written meanwhile."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from beamlore.catalogue.derived.building import Builder, TakenOverError
from beamlore.catalogue.derived.commands import rebuild
from beamlore.catalogue.derived.fields import Deriver
from beamlore.catalogue.derived.fold import ROLLUPS, SEARCH, SIGNATURES, Folder, OtherRulesError
from beamlore.catalogue.derived.lease import Lease
from beamlore.catalogue.derived.log import CHANGES, FIRST, ChangeLog
from beamlore.catalogue.settings import Settings
from beamlore.contract import CATALOGUE_ADMIN

from ..conftest import until
from .conftest import SEARCHABLE
from .sides import Sides
from .test_right import follows_others, stored

DERIVED = (SEARCH, SIGNATURES, ROLLUPS)


class Place:
    """A database with datasets, and processes that build over it."""

    def __init__(self, client: AsyncMongoClient[dict[str, Any]], name: str) -> None:
        self.client = client
        self.database = client[name]
        self.changes = ChangeLog(self.database)
        self.deriver = Deriver(SEARCHABLE)
        self.folder = Folder(client, self.database, self.deriver)

    def process(self) -> tuple[Lease, Builder]:
        """Another process that may build."""
        lease = Lease(self.database, self.deriver.version)
        return lease, Builder(self.client, self.database, self.deriver, self.folder, lease)

    async def steps(self) -> AsyncIterator[str]:
        """Build with one process; yields the stage before each step."""
        lease, builder = self.process()
        while (mark := await self.mark(lease)) is not None and "building" in mark:
            yield mark["building"]["stage"]
            await builder.step(mark)

    async def mark(self, lease: Lease) -> dict[str, Any]:
        """Take the lease, from whoever has it; return the mark."""
        await self.database[CHANGES].update_one(
            {"_id": FIRST}, {"$set": {"until": datetime.now(UTC) - timedelta(seconds=1)}}
        )
        mark = await lease.take()
        assert mark is not None
        return mark

    async def build(self) -> list[str]:
        """Build, and return the stages of the steps."""
        return [stage async for stage in self.steps()]

    async def content(self) -> dict[str, list[dict[str, Any]]]:
        """Return all that is derived."""
        return {name: await self.database[name].find({}, sort=[("_id", 1)]).to_list() for name in DERIVED}

    async def differences(self) -> int:
        """Return how much differs from the documents."""
        wrong = (await self.folder.compare(None, mend=False)).differed
        signature: str | None = ""
        while signature is not None:
            signature, of_sums = await self.folder.check_sums(signature, mend=False)
            wrong += of_sums
        return wrong


@pytest.fixture
async def place(mongo_database: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    building = "beamlore.catalogue.derived.building"
    for name, number in (("AT_ONCE", 7), ("_SUMMED_AT_ONCE", 10), ("_DELETED_AT_ONCE", 9), ("_READ_AT_ONCE", 4)):
        monkeypatch.setattr(f"{building}.{name}", number)
    url, name = mongo_database
    chance = Random(6)  # noqa: S311 - the same ones every time
    async with AsyncMongoClient(url, tz_aware=True, w="majority") as client:
        found = Place(client, name)
        await found.database["Dataset"].insert_many([stored(number, chance) for number in range(60)])
        await found.changes.prepare(found.deriver.version)
        yield found


async def test_a_build_makes_what_folding_makes(place: Place) -> None:
    stages = await place.build()
    assert list(dict.fromkeys(stages)) == ["clear", "datasets", "indexes", "signatures", "sums"]
    built = await place.content()
    assert [len(built[name]) > 0 for name in DERIVED] == [True, True, True]
    for name in DERIVED:
        await place.database[name].delete_many({})
    await place.folder.compare(None, mend=True)
    assert await place.content() == built


async def test_an_empty_catalogue_is_built_too(place: Place) -> None:
    await place.database["Dataset"].delete_many({})
    await place.build()
    state = await place.changes.state()
    assert state is not None
    assert (state.built, state.building) == (True, False)
    assert await place.content() == {name: [] for name in DERIVED}


async def test_a_build_goes_on_with_another_process_after_every_step_and_who_lost_it_writes_nothing(
    place: Place,
) -> None:
    lost = 0
    lease, builder = place.process()
    while "building" in (mark := await place.mark(lease)):
        other, others = place.process()
        its = await place.mark(other)
        with pytest.raises(TakenOverError):
            await builder.step(mark)
        lost += 1
        await others.step(its)
        lease, builder = place.process()
    assert lost > 15
    assert await place.differences() == 0


async def test_what_is_written_during_a_build_is_folded_after_it(place: Place) -> None:
    datasets, chance = place.database["Dataset"], Random(7)  # noqa: S311 - the same ones every time
    number = 0
    async for _ in place.steps():
        changed, gone, new = (f"others/{one}" for one in (number % 60, (number * 7 + 3) % 60, 100 + number))
        await datasets.update_one({"_id": changed}, {"$set": {"ownerGroup": "b", "keywords": ["xas", "new"]}})
        await datasets.delete_one({"_id": gone})
        await datasets.insert_one(stored(100 + number, chance))
        await place.changes.note_others([changed, gone, new])
        with pytest.raises(OtherRulesError):
            await until(place.folder.fold)
        number += 1
    while (state := await place.changes.state()) is None or state.entries:
        await place.folder.fold()
    assert await place.differences() == 0


async def test_a_build_that_is_told_to_begin_anew_does(place: Place) -> None:
    stages = []
    async for stage in place.steps():
        stages.append(stage)
        if stage == "signatures" and stages.count("clear") == 1:
            break
    await place.changes.begin_anew()
    await place.build()
    assert await place.differences() == 0


async def test_it_is_built_where_nothing_is_derived_yet_and_only_there(place: Place) -> None:
    await place.build()
    await place.changes.begin_anew()
    lease, builder = place.process()
    mark = await place.mark(lease)
    assert not await builder.begin(mark)
    await place.database[SEARCH].delete_many({})
    assert await builder.begin(mark)
    assert (await place.build())[0] == "clear"
    assert await place.differences() == 0


async def test_rebuilding_by_hand_beside_a_running_catalogue(
    sides: Sides, mongo_database: Any, settings_for: Callable[..., Settings]
) -> None:
    chance = Random(8)  # noqa: S311 - the same ones every time
    await sides.database["Dataset"].insert_many([stored(number, chance) for number in range(30)])
    await follows_others(sides)
    await sides.database[ROLLUPS].update_many({}, {"$inc": {"n": 3}})
    settings = settings_for(*mongo_database, searchable_metadata=SEARCHABLE)
    assert await rebuild(settings, tell=lambda *_: None) == 0
    await sides.follows()
    await sides.same(CATALOGUE_ADMIN)


async def test_a_lease_that_is_let_go_is_free_for_another_at_once(place: Place) -> None:
    first, _ = place.process()
    second, _ = place.process()
    assert await first.take() is not None
    assert await second.take() is None
    await second.let_go()
    assert await second.take() is None, "only its holder lets it go"
    await first.let_go()
    assert await second.take() is not None
