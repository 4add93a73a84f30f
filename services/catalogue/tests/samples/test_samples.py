"""SciCat's sample routes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from beamlore.catalogue.samples.keys import characteristic_keys

from ..conftest import BATCH, Served, serving, until
from ..facility import MALFORMED, asked, facility, listed, searchable
from ..scan_items import item

URL = "/api/v3/samples"
NEW = {"sampleId": "s1", "sampleName": "film 1", "ownerGroup": "pg1"}


@pytest.fixture
async def served(mongo_database: Any, settings_for: Callable[..., Any], token: Any) -> AsyncIterator[Served]:
    async with facility(mongo_database, settings_for, token) as running:
        yield running


async def create(served: Served, **more: Any) -> dict[str, Any]:
    created: dict[str, Any] = await asked(served.member_of("sample office"), "POST", URL, 201, json=NEW | more)
    return created


async def find(client: httpx.AsyncClient, route: str = "", **params: Any) -> Any:
    encoded = {name: json.dumps(value) for name, value in params.items()}
    return await asked(client, "GET", f"{URL}{route}", params=encoded)


async def test_a_sample_without_an_identifier_is_given_one(served: Served) -> None:
    office = served.member_of("sample office")
    made = await asked(office, "POST", URL, 201, json={"sampleName": "film", "ownerGroup": "pg1"})
    assert made == made | {"_id": made["sampleId"], "accessGroups": [], "isPublished": False, "createdBy": "test"}
    assert await asked(served.member_of("pg1"), "GET", f"{URL}/{made['sampleId']}") == made
    await create(served)
    assert (await office.post(URL, json=NEW)).status_code == 409


async def test_who_may_write(served: Served) -> None:
    """OWASP API1:2023, API5:2023, ASVS 8.2.1."""
    for groups, create, create_own, change, delete in (
        (("sample office",), 201, 201, 403, 403),
        (("sample office", "pg1"), 201, 201, 200, 403),
        (("chemists",), 403, 403, 403, 403),
        (("chemists", "pg1"), 403, 201, 200, 403),
        (("pg1",), 403, 403, 403, 403),
        (("admin",), 201, 201, 200, 403),
        (("cleaners",), 403, 403, 403, 200),
        ((), 403, 403, 403, 403),
    ):
        new = {"sampleName": "x", "ownerGroup": "pg1"}
        there = await asked(served.member_of("admin"), "POST", URL, 201, json=new)
        client, url = served.member_of(*groups), f"{URL}/{there['sampleId']}"
        assert (await client.post(URL, json=new | {"ownerGroup": "elsewhere"})).status_code == create
        assert (await client.post(URL, json=new)).status_code == create_own
        assert (await client.patch(url, json={"description": "other"})).status_code == change
        assert (await client.delete(url)).status_code == delete


async def test_everyone_may_create_where_the_facility_says_so(
    mongo_database: Any, settings_for: Callable[..., Any], token: Any
) -> None:
    """``#all`` means everyone who is logged in, for a group they are in; no group is no group."""
    async with serving(settings_for(*mongo_database, sample_groups=("#all",)), token) as served:
        await asked(served.member_of("pg1"), "POST", URL, 201, json=NEW)
        for client in (served.member_of("pg2"), served.member_of(), served.member_of("", "#all")):
            assert (await client.post(URL, json=NEW | {"sampleId": "s2"})).status_code == 403
        assert (await served.member_of("").post(URL, json=NEW | {"ownerGroup": ""})).status_code == 400
        assert (await (await served.as_(None)).post(URL, json=NEW)).status_code == 401


async def test_who_may_see(served: Served) -> None:
    """OWASP API1:2023, ASVS 8.2.2."""
    await create(served)
    await create(served, sampleId="shared", ownerGroup="pg2", accessGroups=["pg1"])
    await create(served, sampleId="hidden", ownerGroup="pg2")
    await create(served, sampleId="public", ownerGroup="pg2", isPublished=True)
    everything = {"s1", "shared", "hidden", "public"}
    nobody = await served.as_(None)
    for client, seen in (
        (served.member_of("pg1"), {"s1", "shared", "public"}),
        (served.member_of("sample office"), {"public"}),
        (served.member_of("admin"), everything),
        (nobody, {"public"}),
    ):
        assert await listed(client, URL, "sampleId") == seen
        for sample in everything:
            may = sample in seen
            assert (await client.get(f"{URL}/{sample}")).status_code == (200 if may else 403)
            assert await asked(client, "GET", f"{URL}/{sample}/authorization") == {"canAccess": may}
        if client is nobody:
            continue
        assert await listed(client, f"{URL}/fullquery", "sampleId") == seen
        assert await asked(client, "GET", f"{URL}/count") == {"count": len(seen)}
        one = await find(client, "/findOne", filter={"where": {"sampleId": "hidden"}})
        assert (one or {}).get("sampleId") == ("hidden" if "hidden" in seen else None)
    assert (await nobody.get(f"{URL}/nowhere")).status_code == 404


async def test_without_a_login_searching_asks_for_one(served: Served) -> None:
    """OWASP API2:2023: as SciCat answers, 401 here and 403 on other nouns."""
    nobody = await served.as_(None)
    for route in ("/count", "/fullquery", "/metadataKeys", "/findOne", "/s1/datasets"):
        assert (await nobody.get(f"{URL}{route}")).status_code == 401


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sampleName": None}, "sampleName"),
    ({"sampleName": ""}, "sampleName"),
    ({"ownerGroup": None}, "ownerGroup"),
    ({"surprise": 1}, "surprise"),
    ({"sampleCharacteristics": "H2O"}, "sampleCharacteristics"),
    ({"isPublished": "perhaps"}, "isPublished"),
]


async def test_what_is_wrong_is_refused(served: Served) -> None:
    for change, says in WRONG:
        answer = await served.member_of("admin").post(URL, json=NEW | change)
        assert answer.status_code == 400
        assert says in answer.text


async def test_characteristics_are_kept_as_sent_and_shown_with_si_values(served: Served) -> None:
    sent = {
        "mass": {"value": 2, "unit": "g"},
        "melting.point": {"value": 0, "unit": "degC"},
        "layers": {"1st layer": {"value": "TiO2", "unit": ""}},
        "$where": "100%",
    }
    shown = (await create(served, sampleCharacteristics=sent))["sampleCharacteristics"]
    assert shown == sent | {
        "mass": {"value": 2, "unit": "g", "valueSI": 0.002, "unitSI": "kg"},
        "melting.point": {"value": 0, "unit": "degC", "valueSI": 273.15, "unitSI": "K"},
    }
    owner = served.member_of("chemists", "pg1")
    # A client that sends back what it was shown changes nothing.
    back = await asked(owner, "PATCH", f"{URL}/s1", json={"sampleCharacteristics": shown})
    assert back["sampleCharacteristics"] == shown
    stored = await served.app.state.catalogue.database["Sample"].find_one({"_id": "s1"})
    assert stored["sampleCharacteristics"]["mass"] == {"value": 2, "unit": "g"}


async def test_samples_are_found_by_characteristics(served: Served) -> None:
    characteristics = {"formula": {"value": "TiO2", "unit": ""}, "mass": {"value": 2, "unit": "g"}, "layers": 3}
    await create(served, sampleCharacteristics=characteristics)
    for lhs, relation, rhs, unit, hits in (
        ("formula", "EQUAL_TO_STRING", "TiO2", "", 1),
        ("formula", "CONTAINS_STRING", "o2", "", 1),
        ("formula", "EQUAL_TO_STRING", "O2", "", 0),
        ("mass", "GREATER_THAN", 1, "g", 1),
        ("mass", "GREATER_THAN", 1, "kg", 0),
        ("layers", "EQUAL_TO_NUMERIC", 3, "", 1),
    ):
        condition = {"lhs": lhs, "relation": relation, "rhs": rhs, "unit": unit}
        found = await find(served.member_of("pg1"), "/fullquery", fields={"characteristics": [condition]}, limits={})
        assert len(found) == hits, condition


async def test_samples_are_found_by_words_and_fields(served: Served) -> None:
    await create(served)
    await create(served, sampleId="s2", sampleName="powder", description="calcined at night")
    client = served.member_of("pg1")
    await until(lambda: searchable(client, URL))
    assert [one["sampleId"] for one in await find(client, "/fullquery", fields={"text": "calcined"})] == ["s2"]
    assert [one["sampleId"] for one in await find(client, "", filter={"where": {"sampleName": "film 1"}})] == ["s1"]
    limits = {"limit": 1, "order": "sampleId:desc"}
    assert [one["sampleId"] for one in await find(client, "/fullquery", limits=limits)] == ["s2"]
    assert await find(client, "/count", fields={"text": "powder"}) == {"count": 1}


def test_keys_go_down_to_the_values() -> None:
    sent = [
        {"mass": {"value": 1, "unit": "g"}, "pump%2Elaser": 1},
        {"mass": 3, "layers": {"top": {"v": 1, "u": ""}, "sub": {"x": 1}}, "made_date": "2026"},
        None,
    ]
    assert characteristic_keys(sent, "") == ["mass", "pump.laser", "layers.top", "layers.sub.x"]
    assert characteristic_keys(sent, "LASER") == ["pump.laser"]


async def test_keys_are_those_of_samples_one_may_see(served: Served) -> None:
    """OWASP API3:2023."""
    await create(served, sampleCharacteristics={"mass": 1})
    await create(served, sampleId="s2", ownerGroup="pg2", sampleCharacteristics={"secret": 1})
    client = served.member_of("pg1")
    assert await find(client, "/metadataKeys") == ["mass"]
    assert await find(client, "/metadataKeys", fields={"metadataKey": "sec"}) == []
    assert await find(served.member_of("pg2"), "/metadataKeys", fields={"metadataKey": "SEC"}) == ["secret"]


async def test_the_first_sample_comes_with_what_it_includes(served: Served) -> None:
    await create(served, sampleId="sample 1")
    await asked(await served.as_("ingestor"), "POST", BATCH, json={"items": [item(), item("20260102")]})
    office = served.member_of("sample office", "pg1")
    await asked(office, "POST", f"{URL}/sample 1/attachments", 201, json={"caption": "a picture"})
    wanted = {"where": {"sampleName": "film 1"}, "include": [{"relation": "datasets"}, {"relation": "attachments"}]}
    client = served.member_of("pg1", "proposal:20260101")
    shown = await find(client, "/findOne", filter=wanted)
    assert [one["proposalId"] for one in shown["datasets"]] == ["20260101"]
    assert [one["caption"] for one in shown["attachments"]] == ["a picture"]
    assert len(await asked(client, "GET", f"{URL}/sample 1/datasets")) == 1
    assert len(await asked(served.member_of("admin"), "GET", f"{URL}/sample 1/datasets")) == 2
    assert (await served.member_of("proposal:20260101").get(f"{URL}/sample 1/datasets")).status_code == 403


async def test_of_two_changes_of_the_same_state_one_is_refused(served: Served) -> None:
    created = await create(served)
    admin = served.member_of("admin")
    since = {"If-Unmodified-Since": created["updatedAt"]}
    answers = await asyncio.gather(
        *(admin.patch(f"{URL}/s1", json={"description": text}, headers=since) for text in ("one", "two"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_attachments_hang_on_a_sample(served: Served) -> None:
    """OWASP API1:2023: what hangs on a sample is let at through the sample."""
    await create(served, accessGroups=["pg3"])
    await create(served, sampleId="s2", ownerGroup="pg2")
    url = f"{URL}/s1/attachments"
    owner, reader, stranger = served.member_of("chemists", "pg1"), served.member_of("pg3"), served.member_of("pg2")
    made = await asked(owner, "POST", url, 201, json={"caption": "before"})
    assert (made["sampleId"], made["ownerGroup"], made["accessGroups"]) == ("s1", "pg1", ["pg3"])
    assert await listed(reader, url, "id") == {made["id"]}
    assert (await asked(reader, "GET", f"{url}/{made['id']}"))["caption"] == "before"
    assert (await owner.get(f"{url}/nowhere")).status_code == 404
    # Not through another sample.
    assert (await served.member_of("admin").get(f"{URL}/s2/attachments/{made['id']}")).status_code == 404
    assert (await stranger.get(url)).status_code == 403
    for client in (reader, stranger):
        assert (await client.post(url, json={"caption": "mine"})).status_code == 403
        assert (await client.delete(f"{url}/{made['id']}")).status_code == 403
    await asked(owner, "DELETE", f"{url}/{made['id']}")
    assert await listed(reader, url, "id") == set()


async def test_a_malformed_filter_is_refused(served: Served) -> None:
    """OWASP API8:2023, ASVS 1.2.5."""
    admin = served.member_of("admin")
    for filter in MALFORMED:
        for route in ("", "/findOne"):
            assert (await admin.get(f"{URL}{route}", params={"filter": filter})).status_code == 400
    assert (await admin.get(f"{URL}/metadataKeys", params={"fields": "{"})).status_code == 400
