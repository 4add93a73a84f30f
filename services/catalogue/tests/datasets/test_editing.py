"""Creating, changing and deleting datasets on a real replica set, under a facility's own rules."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Tokens

from ..conftest import Served, serving

RAW = {
    "ownerGroup": "p1",
    "owner": "Ada Lovelace",
    "contactEmail": "ada@facility.example",
    "sourceFolder": "/data/balder/scan/",
    "creationTime": "2026-03-01T12:00:00.000Z",
    "principalInvestigator": "Ada Lovelace",
    "creationLocation": "/Facility/balder",
    "type": "raw",
}
DERIVED = {name: RAW[name] for name in ("ownerGroup", "owner", "contactEmail", "sourceFolder", "creationTime")} | {
    "type": "derived",
    "investigator": "Ada Lovelace",
    "inputDatasets": ["20.500/1"],
    "usedSoftware": ["reduce 1.0"],
}
CURRENT = {name: RAW[name] for name in ("ownerGroup", "contactEmail", "sourceFolder", "creationTime", "type")} | {
    "datasetName": "a powder"
}
QUANTITY = {"value": 20, "unit": "degC"}


@pytest.fixture
async def facility(
    mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens, tmp_path: Path
) -> AsyncIterator[Served]:
    """A catalogue whose facility has groups, types, a form of PIDs and units of its own, and keeps histories."""
    types = tmp_path / "datasetTypes.json"
    types.write_text('{"Simulated": "simulation"}')
    units = tmp_path / "units.txt"
    units.write_text("# of our undulators\ngap_turn = 0.25 * millimeter\n")
    settings = settings_for(
        *mongo_database,
        create_dataset_groups=("makers",),
        create_dataset_with_pid_groups=("choosers",),
        create_dataset_privileged_groups=("ingestors",),
        update_dataset_lifecycle_groups=("archive",),
        delete_groups=("archive",),
        dataset_creation_validation_enabled=True,
        dataset_creation_validation_regex="^20\\.500/[a-z0-9]+$",
        dataset_types_file=types,
        units_file=units,
        trackables=("Dataset",),
        pid_prefix="20.500/",
    )
    async with serving(settings, token) as running:
        yield running


def at(dataset: dict[str, Any], version: str = "v3", rest: str = "") -> str:
    return f"/api/{version}/datasets/{quote(dataset['pid'], safe='')}{rest}"


async def made(client: httpx.AsyncClient, body: dict[str, Any], version: str = "v3") -> dict[str, Any]:
    answer = await client.post(f"/api/{version}/datasets", json=body)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


@pytest.mark.parametrize("version", ["v3", "v4"])
async def test_groups_decide_who_creates_what(facility: Served, version: str) -> None:
    """Covers OWASP API5:2023; ASVS 4.1.1."""
    body = RAW if version == "v3" else CURRENT
    address = f"/api/{version}/datasets"
    for groups, more, status in (
        (("makers", "p1"), {}, 201),
        (("makers", "p1"), {"pid": "20.500/abc"}, 403),
        (("makers", "p2"), {}, 403),
        (("makers", "p2"), {"ownerGroup": ""}, 400),
        (("p1",), {}, 403),
        (("choosers", "p1"), {"pid": "20.500/abc"}, 201),
        (("choosers", "p1"), {"pid": "20.500/abc"}, 409),
        (("choosers", "p1"), {"pid": "another form"}, 400),
        (("ingestors",), {"ownerGroup": "p9"}, 201),
        (("ingestors",), {"type": "unheard of", "datasetName": "x"}, 400),
    ):
        answer = await facility.member_of(*groups).post(address, json=body | more)
        assert answer.status_code == status, (groups, more, answer.text)
        if status == 201:
            assert answer.json()["pid"].startswith("20.500/")


async def test_a_new_dataset_has_what_scicats_have(facility: Served) -> None:
    ingestor = facility.member_of("ingestors", "p1")
    raw = await made(ingestor, RAW)
    assert raw["datasetName"] == "balder/scan"
    assert raw["sourceFolder"] == "/data/balder/scan"
    assert raw["classification"] == "IN=medium,AV=low,CO=low"
    assert (raw["version"], raw["size"], raw["keywords"], raw["isPublished"]) == ("3", 0, [], False)
    assert raw["datasetlifecycle"]["archiveStatusMessage"] == "datasetCreated"
    derived = await made(ingestor, DERIVED)
    assert (derived["investigator"], derived["inputDatasets"]) == ("Ada Lovelace", ["20.500/1"])
    policies = facility.app.state.catalogue.database["Policy"]
    assert await policies.count_documents({"ownerGroup": "p1"}) == 1


async def test_one_can_ask_whether_a_dataset_is_valid(facility: Served) -> None:
    ingestor = facility.member_of("ingestors")
    incomplete = {name: RAW[name] for name in RAW if name not in ("creationLocation", "principalInvestigator")}
    unlisted = DERIVED | {"inputDatasets": None, "usedSoftware": [1]}
    for body, error in (
        (RAW, None),
        (DERIVED, None),
        (CURRENT | {"type": "simulation"}, None),
        (incomplete, "principalInvestigator must be a string; creationLocation must be a string"),
        (
            unlisted,
            "each value in inputDatasets must be a string; each value in usedSoftware must be a string",
        ),
    ):
        answer = await ingestor.post("/api/v3/datasets/isValid", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json() == ({"valid": True} if error is None else {"valid": False, "error": error})
    assert (await facility.member_of("p1").post("/api/v3/datasets/isValid", json=RAW)).status_code == 403
    current = (await ingestor.post("/api/v4/datasets/isValid", json=CURRENT | {"size": "many"})).json()
    assert current == {"valid": False}


async def test_a_dataset_is_replaced_as_a_whole(facility: Served) -> None:
    owner = facility.member_of("makers", "p1")
    raw = await made(owner, RAW | {"description": "to be gone", "scientificMetadata": {"a": 1}})
    whole = {name: value for name, value in RAW.items() if name != "type"} | {"datasetName": "new"}
    answer = await owner.put(at(raw), json=whole)
    assert answer.status_code == 200, answer.text
    replaced = answer.json()
    for name in ("pid", "type", "createdAt", "createdBy", "version"):
        assert replaced[name] == raw[name]
    assert (replaced["datasetName"], replaced["scientificMetadata"]) == ("new", {})
    assert "description" not in replaced
    assert replaced["updatedAt"] > raw["updatedAt"]
    assert (await owner.put(at(raw), json=whole | {"type": "derived"})).status_code == 400
    assert (await owner.put(at({"pid": "no/such"}), json=whole)).status_code == 404
    assert (await facility.member_of("makers", "p2").put(at(raw), json=whole)).status_code == 403


async def test_who_owns_a_dataset_changes_it_and_the_archive_deletes_it(facility: Served) -> None:
    """Covers OWASP API1:2023; ASVS 4.2.1."""
    owner, archive = facility.member_of("makers", "p1"), facility.member_of("archive")
    raw = await made(owner, RAW)
    for version in ("v3", "v4"):
        assert (await owner.patch(at(raw, version), json={"comment": version})).json()["comment"] == version
        for stranger in (facility.member_of("makers", "p2"), facility.member_of("p1"), archive):
            assert (await stranger.patch(at(raw, version), json={"comment": "mine"})).status_code == 403
        assert (await owner.delete(at(raw, version))).status_code == 403
    assert (await archive.delete(at(raw))).json()["pid"] == raw["pid"]
    assert (await archive.delete(at(raw, "v4"))).status_code == 404
    assert (await archive.get(at(raw))).status_code == 404


@pytest.mark.parametrize("version", ["v3", "v4"])
async def test_the_archive_keeps_the_life_cycle(facility: Served, version: str) -> None:
    owner, archive = facility.member_of("makers", "p1"), facility.member_of("archive")
    raw = await made(owner, RAW)
    address = at(raw, version, "/datasetlifecycle")
    changed = await archive.patch(address, json={"retrievable": True, "dateOfPublishing": "2030-01-01T00:00:00.000Z"})
    assert changed.status_code == 200, changed.text
    assert changed.json()["retrievable"] is True
    assert (await archive.patch(address, json={"archiveStatusMessage": "stored"})).status_code == 200
    kept = (await owner.get(address)).json()
    assert (kept["retrievable"], kept["archiveStatusMessage"]) == (True, "stored")
    assert kept["dateOfPublishing"] == "2030-01-01T00:00:00.000Z"
    again = await archive.patch(address, json={"archiveStatusMessage": None})
    assert again.json()["archiveStatusMessage"] == "datasetCreated"
    assert (await archive.patch(address, json={})).status_code == 400
    assert (await archive.patch(address, json={"retrievable": "perhaps"})).status_code == 400
    assert (await facility.member_of("p2").patch(address, json={"retrievable": False})).status_code == 403


async def test_lists_are_appended_to(facility: Served) -> None:
    owner = facility.member_of("makers", "p1")
    raw = await made(owner, RAW | {"keywords": ["xas"]})
    address = at(raw, rest="/appendToArrayField")
    for data, found in ((["xas", "powder"], ["xas", "powder"]), (['["a", "xas"]'], ["xas", "powder", "a"])):
        answer = await owner.post(address, params={"fieldName": "keywords", "data": data})
        assert answer.status_code == 200, answer.text
        assert answer.json()["keywords"] == found
    for field, data in (("size", "1"), ("$where", "1"), ("keywords", "[1]"), ("keywords", "[")):
        assert (await owner.post(address, params={"fieldName": field, "data": data})).status_code == 400
    stranger = facility.member_of("makers", "p2")
    assert (await stranger.post(address, params={"fieldName": "keywords", "data": "b"})).status_code == 403


async def test_a_value_and_its_unit_are_changed_together(facility: Served) -> None:
    owner = facility.member_of("makers", "p1")
    dataset = await made(owner, CURRENT | {"scientificMetadata": {"t": QUANTITY, "deep": {"p": QUANTITY}}}, "v4")
    merge = {"content-type": "application/merge-patch+json"}

    async def patch(metadata: dict[str, Any]) -> httpx.Response:
        content = json.dumps({"scientificMetadata": metadata})
        return await owner.patch(at(dataset, "v4"), content=content, headers=merge)

    refused = await patch({"t": {"value": 30}, "deep": {"p": {"unit": "K"}}})
    assert refused.status_code == 400
    assert "scientificMetadata.t, scientificMetadata.deep.p" in refused.json()["message"]
    changed = await patch({"t": {"value": 300, "unit": "K"}, "deep": None})
    assert changed.json()["scientificMetadata"] == {"t": {"value": 300, "unit": "K", "valueSI": 300, "unitSI": "K"}}


async def test_what_is_sent_back_as_it_was_shown_is_stored_as_it_was_sent(facility: Served) -> None:
    owner = facility.member_of("makers", "p1")
    metadata = {
        "t": QUANTITY,
        "a.b": {"value": 1, "unit": "gap_turn"},
        "$x": {"100%25": 2},
        "short": {"v": 1, "u": "m"},
    }
    shown = await made(owner, CURRENT | {"scientificMetadata": metadata}, "v4")
    assert shown["scientificMetadata"]["a.b"] == {"value": 1, "unit": "gap_turn", "valueSI": 0.00025, "unitSI": "m"}
    answer = await owner.patch(at(shown, "v4"), json={"scientificMetadata": shown["scientificMetadata"]})
    assert answer.json()["scientificMetadata"] == shown["scientificMetadata"]
    stored = await facility.app.state.catalogue.database["Dataset"].find_one({"_id": shown["pid"]})
    assert stored["scientificMetadata"]["a%2Eb"] == {"value": 1, "unit": "gap_turn"}
    assert stored["scientificMetadata"]["short"] == {"v": 1, "u": "m"}
    for key in ("a.b", "t"):
        unit = shown["scientificMetadata"][key]["unit"]
        value = shown["scientificMetadata"][key]["value"]
        condition = {"lhs": key, "relation": "EQUAL_TO_NUMERIC", "rhs": value, "unit": unit}
        found = await owner.get(
            "/api/v3/datasets/fullquery", params={"fields": json.dumps({"scientific": [condition]})}
        )
        assert [one["pid"] for one in found.json()] == [shown["pid"]], key


async def test_metadata_say_whether_they_keep_to_their_schema(facility: Served) -> None:
    owner = facility.member_of("makers", "p1")
    address = "https://json-schema.org/draft-07/schema"
    body = CURRENT | {"scientificMetadata": {"title": "x"}, "scientificMetadataSchema": address}
    dataset = await made(owner, body, "v4")
    assert dataset["scientificMetadataValid"] is True
    assert (await owner.patch(at(dataset, "v4"), json={"comment": "c"})).json()["scientificMetadataValid"] is True
    broken = await owner.patch(at(dataset), json={"scientificMetadata": {"title": 1}})
    assert broken.json()["scientificMetadataValid"] is False
    without = await owner.put(at(dataset, "v4"), json={k: v for k, v in CURRENT.items() if k != "type"})
    assert "scientificMetadataValid" not in without.json()


async def test_proposals_count_their_datasets(facility: Served) -> None:
    proposals = facility.app.state.catalogue.database["Proposal"]
    await proposals.insert_many([{"_id": one, "proposalId": one, "ownerGroup": "p1"} for one in ("a", "b")])

    async def counts() -> list[int]:
        return [one.get("numberOfDatasets", 0) async for one in proposals.find({}, sort=[("_id", 1)])]

    ingestor, archive = facility.member_of("ingestors", "p1"), facility.member_of("archive")
    dataset = await made(ingestor, CURRENT | {"proposalIds": ["a", "b"]}, "v4")
    assert await counts() == [1, 1]
    assert (await ingestor.patch(at(dataset, "v4"), json={"proposalIds": ["b"]})).status_code == 200
    assert await counts() == [0, 1]
    assert (await archive.delete(at(dataset, "v4"))).status_code == 200
    assert await counts() == [0, 0]


async def test_v3_shows_what_was_changed(facility: Served) -> None:
    owner = facility.member_of("makers", "p1")
    raw = await made(owner, RAW)
    for comment in ("first", "second"):
        assert (await owner.patch(at(raw), json={"comment": comment, "keywords": [comment]})).status_code == 200
    told = (await owner.get(at(raw))).json()["history"]
    assert [one["keywords"] for one in told] == [
        {"previousValue": [], "currentValue": ["first"]},
        {"previousValue": ["first"], "currentValue": ["second"]},
    ]
    assert {one["updatedBy"] for one in told} == {"test"}
    chosen = await owner.get(at(raw), params={"filter": '{"fields": ["pid", "comment"]}'})
    assert chosen.json() == {"_id": raw["pid"], "pid": raw["pid"], "comment": "second"}


@pytest.mark.parametrize("version", ["v3", "v4"])
async def test_relationships_get_scicats_defaults(facility: Served, version: str) -> None:
    body = (RAW if version == "v3" else CURRENT) | {"relationships": [{"identifier": "10.1/a"}]}
    dataset = await made(facility.member_of("p1", "makers"), body, version)
    assert dataset["relationships"] == [
        {
            "identifier": "10.1/a",
            "identifierType": "Other",
            "relationship": "IsReferencedBy",
            "entityType": "Other",
        }
    ]
    own = {"identifier": "https://a.example/x", "identifierType": "URL", "externalId": "7"}
    changed = await facility.member_of("p1", "makers").patch(at(dataset, version), json={"relationships": [own]})
    assert changed.json()["relationships"][0] == {"relationship": "IsReferencedBy", "entityType": "Other"} | own


@pytest.mark.parametrize(
    ("relationship", "says"),
    [
        ({"foo": 1}, "relationships.0.identifier"),
        ({"identifier": 7}, "relationships.0.identifier must be a string"),
        ({"identifier": "a", "foo": 1}, "property relationships.0.foo should not exist"),
        ({"identifier": "a", "entityType": 1}, "relationships.0.entityType must be a string"),
        ({"identifier": "no address", "identifierType": "URL"}, "identifier must be a valid URL"),
        ("a", "relationships.0"),
    ],
)
async def test_relationships_are_what_scicat_takes(facility: Served, relationship: Any, says: str) -> None:
    refused = await facility.member_of("p1", "makers").post(
        "/api/v4/datasets", json=CURRENT | {"relationships": [relationship]}
    )
    assert refused.status_code == 400
    assert isinstance(refused.json()["message"], list), "a list of sentences, as SciCat's validation answers"
    assert says in refused.text
