"""SciCat's history: what is kept, and who reads it."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from beamlore.catalogue.access import EVERYTHING
from beamlore.catalogue.database import Store
from beamlore.catalogue.history.delta import deltas
from beamlore.catalogue.settings import Settings
from beamlore.core import Principal

from ..conftest import Served, serving

HISTORY = "/api/v3/history"
ADA = Principal(subject="u-1", username="ada", groups=frozenset({"p1"}))


class _Open:
    """Rights to everything: what is tested here is what is kept, not who may write."""

    def readable(self, principal: Principal) -> dict[str, Any]:
        return EVERYTHING

    writable = deletable = readable


@pytest.fixture
async def tracking(mongo_database: Any, settings_for: Callable[..., Settings], token: Any) -> AsyncIterator[Served]:
    settings = settings_for(
        *mongo_database,
        trackables=("Sample", "Dataset"),
        trackable_strategy="delta",
        history_access_sample_groups=("samplestaff",),
    )
    async with serving(settings, token) as served:
        yield served


def store(served: Served, collection: str) -> Store:
    found: Store = served.app.state.catalogue.ground.store(collection, _Open())
    return found


async def change_a_sample(served: Served) -> None:
    samples = store(served, "Sample")
    await samples.create(ADA, {"_id": "s", "ownerGroup": "p1", "mass": {"v": 1, "u": "g"}, "beamlore": {"revision": 1}})
    await samples.change(ADA, {"_id": "s"}, {"$set": {"mass.v": 2, "note": "n", "beamlore.revision": 2}})
    await samples.delete(ADA, {"_id": "s"})


def asking(**members: Any) -> dict[str, str]:
    return {"filter": json.dumps(members)}


async def answer(client: httpx.AsyncClient, path: str, **parameters: Any) -> Any:
    response = await client.get(HISTORY + path, params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


async def test_changes_and_deletions_of_tracked_collections_are_kept(tracking: Served) -> None:
    await change_a_sample(tracking)
    await store(tracking, "Instrument").create(ADA, {"_id": "i", "createdBy": "ada"})
    await store(tracking, "Instrument").change(ADA, {"_id": "i"}, {"$set": {"name": "n"}})
    admin = tracking.member_of("catalogue:admin")
    kept = await answer(admin, "", **asking())
    assert (kept["count"], kept["totalCount"], kept["skip"], kept["limit"]) == (2, 2, 0, 100)
    deleted, changed = kept["items"]
    assert (changed["subsystem"], changed["documentId"], changed["user"]) == ("Sample", "s", "ada")
    assert (changed["operation"], changed["before"], changed["after"]) == (
        "update",
        {"mass": {"v": 1}},
        {"mass": {"v": 2}, "note": "n"},
    )
    assert deleted["operation"] == "delete"
    assert deleted["before"] == {"_id": "s", "ownerGroup": "p1", "mass": {"v": 2, "u": "g"}, "note": "n"}
    assert deleted["after"] is None


async def test_pages_and_counts(tracking: Served) -> None:
    await change_a_sample(tracking)
    staff = tracking.member_of("samplestaff")
    page = await answer(staff, "", **asking(subsystem="Sample"), skip=1, limit=1)
    assert [one["operation"] for one in page["items"]] == ["update"]
    assert (page["count"], page["totalCount"], page["skip"], page["limit"]) == (1, 2, 1, 1)
    assert await answer(staff, "/count", **asking(subsystem="Sample", operation="delete")) == {"count": 1}
    of_collection = await answer(staff, "/collection/Sample")
    assert of_collection["totalCount"] == 2


@pytest.mark.parametrize(
    ("groups", "path", "parameters", "status"),
    [
        ((), "", asking(subsystem="Sample"), 403),
        (("p1",), "", asking(subsystem="Sample"), 403),
        (("p1",), "/count", asking(subsystem="Sample"), 403),
        (("p1",), "/collection/Sample", {}, 403),
        (("samplestaff",), "", asking(), 400),
        (("samplestaff",), "", asking(subsystem="Dataset"), 403),
        (("samplestaff",), "", asking(subsystem="User"), 400),
        (("samplestaff",), "", asking(subsystem={"$in": ["Dataset", "Sample"]}), 400),
        (("samplestaff",), "/count", asking(subsystem="Dataset"), 403),
        (("samplestaff",), "/collection/Dataset", {}, 403),
        (("samplestaff",), "", {"filter": "{"}, 400),
        (("samplestaff",), "", asking(subsystem="Sample", **{"$where": "1"}), 400),
        (("samplestaff",), "", {}, 400),
    ],
)
async def test_history_is_read_by_the_groups_of_its_collection_only(
    tracking: Served, groups: tuple[str, ...], path: str, parameters: dict[str, str], status: int
) -> None:
    """OWASP API1:2023, API5:2023; ASVS V4.1."""
    response = await tracking.member_of(*groups).get(HISTORY + path, params=parameters)
    assert response.status_code == status, response.text


async def test_caller_cannot_widen_what_they_see(tracking: Served) -> None:
    """OWASP API1:2023: a condition of the caller's is ANDed to the rule."""
    await change_a_sample(tracking)
    await store(tracking, "Dataset").create(ADA, {"_id": "d", "createdBy": "ada"})
    await store(tracking, "Dataset").delete(ADA, {"_id": "d"})
    staff = tracking.member_of("samplestaff")
    wide = {"$or": [{"subsystem": "Dataset"}, {"subsystem": "Sample"}]}
    kept = await answer(staff, "", **asking(subsystem="Sample", **wide))
    assert {one["subsystem"] for one in kept["items"]} == {"Sample"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, ({}, {})),
        ({"a": 1}, {}, ({"a": 1}, {"a": None})),
        ({}, {"a": 1}, ({}, {"a": 1})),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ({"a": {"c": 2}}, {"a": {"c": 3}})),
        ({"a": [1]}, {"a": [1, 2]}, ({"a": [1]}, {"a": [1, 2]})),
        ({"_id": 1, "__v": 0}, {"_id": 1, "__v": 1}, ({}, {})),
    ],
)
def test_delta_holds_what_is_different(
    before: dict[str, Any], after: dict[str, Any], expected: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    assert deltas(before, after) == expected
