"""Pages, counts and facets are those of a plain reading of the documents, whoever answers."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import pytest
from bson import Decimal128, Int64

from beamlore.catalogue.derived.log import CHANGES, FIRST
from beamlore.contract import CATALOGUE_ADMIN

from .sides import DATASETS, Sides
from .test_right import BEGIN, follows_others

TEXTS = (
    "sample_abc run",
    "20210906-46",
    "Straße 5",
    "H2O at 300K",
    "Ångström",
    "\ufb01ne powder",
    "İstanbul",
    "硅样品测量",
    "σίγμας",
    "fine crystal",
    "abc-def sample",
)
SEARCHES: dict[str, set[int]] = {
    "abc": {0, 10},
    "sample": {0, 10},
    "sample_abc": {0, 10},
    "20210906-46": {1},
    "20210906": {1},
    "46": {1},
    "strasse": {2},
    "STRASSE": {2},
    "straße": {2},
    "h2o": {3},
    "300": {3},
    "300k": {3},
    "angstrom": {4},
    "fine": {5, 9},
    "istanbul": {6},
    "样品": {7},
    "样": {7},
    "品样": set(),
    "ΣΊΓΜΑΣ": {8},
    "powder -fine": set(),
    '"fine powder"': {5},
    "crystal powder": {5, 9},
    "-fine": set(),
    "no_such": set(),
}
VALUES: tuple[Any, ...] = (
    1,
    1.5,
    Int64(2),
    Decimal128("1.5"),
    "1.5",
    "warm",
    True,
    None,
    [1, 2, 3],
    [1.5, "warm"],
    [[1.5]],
    [],
    {"deep": 1.5},
)
CONDITIONS: tuple[tuple[str, Any, Callable[[Any], bool]], ...] = (
    ("RANGE", [1.2, 1.8], lambda one: is_number(one) and 1.2 < float(str(one)) < 1.8),
    ("RANGE", [1, 3], lambda one: is_number(one) and 1 < float(str(one)) < 3),
    ("GREATER_THAN", 1.5, lambda one: is_number(one) and float(str(one)) > 1.5),
    ("LESS_THAN_OR_EQUAL", 1.5, lambda one: is_number(one) and float(str(one)) <= 1.5),
    ("EQUAL_TO_NUMERIC", 1.5, lambda one: is_number(one) and float(str(one)) == 1.5),
    ("EQUAL_TO", 1.5, lambda one: is_number(one) and float(str(one)) == 1.5),
    ("EQUAL_TO", "1.5", lambda one: one == "1.5" or (is_number(one) and float(str(one)) == 1.5)),
    ("EQUAL_TO", True, lambda one: one is True),
    ("EQUAL_TO_STRING", "1.5", lambda one: one == "1.5"),
    ("CONTAINS_STRING", "WAR", lambda one: isinstance(one, str) and "war" in one),
)


def is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal128) and not isinstance(value, bool)


def stored(number: int, chance: Random) -> dict[str, Any]:
    """Return a dataset with one of the texts somewhere, and a value of some kind in one of the forms there are."""
    text = number % len(TEXTS)
    value = chance.choice(VALUES)
    forms = (value, {"value": value}, {"v": value}, [{"value": one} for one in (value, 7)])
    place = chance.choice(("name", "value", "list"))
    words = {"value": {"note": {"value": TEXTS[text]}}, "list": {"note": ["-", TEXTS[text]]}}.get(place, {})
    keywords = [chance.choice(("xas", "xrd")) for _ in range(chance.randrange(4))]
    return {
        "_id": f"oracle/{number}",
        "pid": f"oracle/{number}",
        "ownerGroup": "a",
        "type": chance.choice(("raw", "derived")),
        "datasetName": TEXTS[text] if place == "name" else "-",
        "creationTime": BEGIN + timedelta(hours=number % 3),
        "keywords": keywords,
        "scientificMetadata": {"axis_x": chance.choice(forms), "axis_u": chance.choice(QUANTITIES), **words},
    }


QUANTITIES = (
    {"value": 1500, "unit": "mm"},
    {"value": [1000, 3000], "unit": "mm"},
    {"value": 1.5, "unit": "m"},
    {"v": [1.4, 1.6], "u": "m"},
    {"value": 1.5, "unit": "parsnip"},
    1.5,
)


def values(entry: Any) -> Iterator[Any]:
    """Yield what a condition on an entry is about: each element of its value, in whatever form it is."""
    for one in entry if isinstance(entry, list) else [entry]:
        if isinstance(one, dict):
            for name in ("value", "v"):
                held = one.get(name)
                yield from held if isinstance(held, list) else [held]
        else:
            yield one


async def agree(client: httpx.AsyncClient, fields: dict[str, Any], expected: list[dict[str, Any]]) -> None:
    """Check that page, total and facets are those of the expected datasets."""
    asked = {"fields": json.dumps(fields)}
    limits = json.dumps({"limit": 1000, "order": "creationTime:desc"})
    page = await client.get(f"{DATASETS}/fullquery", params=asked | {"limits": limits})
    assert page.status_code == 200, page.text
    order = sorted(expected, key=lambda one: (one["creationTime"], one["_id"]), reverse=True)
    assert [one["pid"] for one in page.json()] == [one["_id"] for one in order], fields
    answer = await client.get(f"{DATASETS}/fullfacet", params=asked | {"facets": json.dumps(["keywords", "type"])})
    assert answer.status_code == 200, answer.text
    facets = answer.json()[0]
    assert sum(one["totalSets"] for one in facets["all"]) == len(expected), fields
    keywords = Counter(word for one in expected for word in set(one["keywords"]))
    assert {one["_id"]: one["count"] for one in facets["keywords"]} == keywords, fields
    types = Counter(one["type"] for one in expected)
    assert {one["_id"]: one["count"] for one in facets["type"]} == types, fields


@pytest.fixture
async def datasets(sides: Sides) -> list[dict[str, Any]]:
    chance = Random(22)  # noqa: S311 - the same ones every time
    found = [stored(number, chance) for number in range(99)]
    await sides.database["Dataset"].insert_many(found)
    await follows_others(sides)
    return found


async def test_words_find_the_same_with_and_without_the_search_index(
    sides: Sides, datasets: list[dict[str, Any]]
) -> None:
    admin = sides.one.member_of(CATALOGUE_ADMIN)
    elsewhere = sides.other.member_of("a")

    async def all_agree() -> None:
        for search, texts in SEARCHES.items():
            expected = [one for number, one in enumerate(datasets) if number % len(TEXTS) in texts]
            await agree(admin, {"text": search}, expected)
            # The description is not in the search index: the documents are asked, for the same words.
            await agree(elsewhere, {"text": search, "mode": {"description": {"$exists": False}}}, expected)

    await all_agree()
    # As while another version is rolled out: nothing derived can be used.
    await sides.database[CHANGES].update_one({"_id": FIRST}, {"$set": {"rules": "of another version"}})
    await all_agree()


async def test_conditions_on_values_of_every_kind_hold_for_any_element(
    sides: Sides, datasets: list[dict[str, Any]]
) -> None:
    for client in (sides.one.member_of(CATALOGUE_ADMIN), sides.other.member_of(CATALOGUE_ADMIN)):
        for relation, rhs, holds in CONDITIONS:
            condition = {"lhs": "axis_x", "relation": relation, "rhs": rhs, "unit": ""}
            expected = [
                one for one in datasets if any(holds(value) for value in values(one["scientificMetadata"]["axis_x"]))
            ]
            await agree(client, {"scientific": [condition]}, expected)


async def test_ranges_with_units_hold_for_any_element(sides: Sides, datasets: list[dict[str, Any]]) -> None:
    wanted = ({"value": 1500, "unit": "mm"}, {"value": 1.5, "unit": "m"}, {"v": [1.4, 1.6], "u": "m"})
    expected = [one for one in datasets if one["scientificMetadata"]["axis_u"] in wanted]
    for client in (sides.one.member_of(CATALOGUE_ADMIN), sides.other.member_of(CATALOGUE_ADMIN)):
        for unit, bounds in (("m", [1.3, 1.8]), ("mm", [1300, 1800])):
            condition = {"lhs": "axis_u", "relation": "RANGE", "rhs": bounds, "unit": unit}
            await agree(client, {"scientific": [condition]}, expected)
