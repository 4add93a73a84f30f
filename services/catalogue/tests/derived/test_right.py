"""Derived data say what the documents say: after writes of ours, of others, in any order, from any process."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from pymongo.errors import PyMongoError

from beamlore.catalogue.derived.fold import ROLLUPS, SEARCH, SIGNATURES
from beamlore.contract import CATALOGUE_ADMIN

from ..conftest import BATCH, until
from ..scan_items import item
from .sides import Sides, ask

GROUPS = ("a", "b", "staff")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def stored(number: int, chance: Random) -> dict[str, Any]:
    """Return a dataset as others store one."""
    units = ({"value": chance.randint(280, 310), "unit": "K"}, {"value": chance.randint(10, 30), "unit": "degC"})
    published = {} if chance.random() < 0.1 else {"isPublished": chance.random() < 0.3}
    return {
        "_id": f"others/{number}",
        "pid": f"others/{number}",
        "ownerGroup": chance.choice(GROUPS),
        "accessGroups": chance.sample(GROUPS, chance.randrange(3)),
        **published,
        "type": chance.choice(("raw", "derived")),
        "datasetName": chance.choice(("a fine powder", "coarse powder", "single crystal", "Pulvér, fine")),
        "creationLocation": chance.choice(("balder", "hippie", None)),
        "creationTime": BEGIN + timedelta(hours=number),
        "createdAt": BEGIN + timedelta(hours=number),
        "keywords": chance.sample(("xas", "xrd", "test"), chance.randrange(3)),
        "proposalIds": [chance.choice(("1", "2"))],
        "scientificMetadata": {
            "temperature": chance.choice((*units, 300, {"v": 300, "u": "K"})),
            "operator": {"value": chance.choice(("Ada", "Bo"))},
        },
    }


async def test_answers_are_those_of_the_documents_for_everyone(sides: Sides) -> None:
    chance = Random(1)  # noqa: S311 - the same ones every time
    await sides.database["Dataset"].insert_many([stored(number, chance) for number in range(120)])
    await follows_others(sides)
    seen = await sides.same(CATALOGUE_ADMIN)
    assert seen["count"] == {"count": 120}
    for groups in (("a",), ("b", "staff"), ("none of them",)):
        await sides.same(*groups)


async def test_what_others_write_and_delete_shows_soon(sides: Sides) -> None:
    chance = Random(2)  # noqa: S311 - the same ones every time
    datasets = sides.database["Dataset"]
    await datasets.insert_many([stored(number, chance) for number in range(40)])
    await follows_others(sides)
    await datasets.delete_many({"type": "raw"})
    await datasets.update_many({"ownerGroup": "a"}, {"$set": {"ownerGroup": "b", "datasetName": "renamed crystal"}})
    await datasets.replace_one({}, {"ownerGroup": "a", "type": "raw"})
    await follows_others(sides, seconds=5)
    await sides.same(CATALOGUE_ADMIN)
    await sides.same("b")


async def test_whoever_wrote_sees_it_in_the_next_request_from_any_process(sides: Sides) -> None:
    chance = Random(3)  # noqa: S311 - the same ones every time
    await sides.database["Dataset"].insert_many([stored(number, chance) for number in range(10)])
    await follows_others(sides)
    # Written through the other process, which answers from the documents; asked of this one.
    writer, reader = sides.other.member_of(CATALOGUE_ADMIN), sides.one.member_of(CATALOGUE_ADMIN)
    for number in range(1, 20):
        answer = await writer.post(BATCH, json={"items": [item(pid=f"test/{number}")]})
        assert answer.status_code == 200
        assert await ask(reader, "/api/v3/datasets/count", {}) == {"count": 10 + number}
    gone = await writer.delete("/api/v3/datasets/test%2F7")
    assert gone.is_success, gone.text
    assert await ask(reader, "/api/v3/datasets/count", {}) == {"count": 28}
    changed = await writer.patch("/api/v3/datasets/test%2F8", json={"keywords": ["unheard-of"]})
    assert changed.is_success, changed.text
    found = await ask(reader, "/api/v3/datasets/fullquery", {"fields": {"text": "unheard"}, "limits": {"limit": 5}})
    assert [one["pid"] for one in found] == ["test/8"]


async def test_damage_is_found_and_mended_and_what_no_dataset_has_leaves_nothing_behind(sides: Sides) -> None:
    chance = Random(5)  # noqa: S311 - the same ones every time
    await sides.database["Dataset"].insert_many([stored(number, chance) for number in range(30)])
    await follows_others(sides)
    await sides.database[SEARCH].delete_many({"type": "raw"})
    await sides.database[ROLLUPS].update_many({}, {"$inc": {"n": 3}})
    await sides.database[SIGNATURES].update_many({}, {"$inc": {"n": 2}})
    await follows_others(sides)
    await sides.same(CATALOGUE_ADMIN)
    await sides.database["Dataset"].delete_many({})
    await follows_others(sides)
    for name in (SEARCH, ROLLUPS, SIGNATURES):
        assert await sides.database[name].count_documents({"n": {"$ne": 0}}) == 0, name


async def differs(sides: Sides) -> bool:
    """Return whether derived data differ from the datasets; what waits to be folded counts as differing."""
    folder = sides.derived.folder
    try:
        wrong = (await folder.compare(None, mend=False)).differed
        signature: str | None = ""
        while signature is not None and not wrong:
            signature, wrong = await folder.check_sums(signature, mend=False)
        # Afterwards: what was written down meanwhile does not count as differing above.
        state = await sides.derived.changes.state()
    except PyMongoError as error:
        if not error.has_error_label("TransientTransactionError"):
            raise
        return True
    return wrong > 0 or state is None or bool(state.entries)


async def follows_others(sides: Sides, seconds: float = 60) -> None:
    """Wait until derived data have followed what others wrote."""

    async def followed() -> bool:
        return not await differs(sides)

    await until(followed, seconds)
