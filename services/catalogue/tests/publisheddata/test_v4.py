"""SciCat's v4 routes of published data."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from ..conftest import until
from .conftest import Facility, Opened
from .provider import DoiServer

V4 = "/api/v4/publisheddata"
METADATA = {"creators": [{"name": "Ada Lovelace"}], "publisher": {"name": "Facility"}, "resourceType": "raw"}


def url(doi: str, action: str = "") -> str:
    return f"{V4}/{quote(doi, safe='')}{action}"


async def published(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    fields = {"title": "Powders", "abstract": "What they are.", "datasetPids": [], "metadata": METADATA}
    answer = await client.post(V4, json=fields | more)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


async def done(client: httpx.AsyncClient, doi: str, action: str, status: int = 201, **body: Any) -> Any:
    answer = await client.post(url(doi, action), **({"json": body} if body else {}))
    assert answer.status_code == status, answer.text
    return answer.json()


async def listed(client: httpx.AsyncClient, path: str = "", **parameters: Any) -> Any:
    answer = await client.get(V4 + path, params={name: json.dumps(value) for name, value in parameters.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_new_published_data_are_private_to_who_created_them(facility: Facility) -> None:
    """OWASP API1:2023; ASVS V4.2."""
    created = await published(facility.ada)
    assert created["doi"].startswith("10.17199/")
    assert (created["status"], created["createdBy"], created["metadata"]) == ("private", "ada", METADATA)
    for client, there in ((facility.ada, True), (facility.admin, True), (facility.bo, False)):
        assert (await client.get(url(created["doi"]))).status_code == (200 if there else 404)
        assert [one["doi"] for one in await listed(client)] == ([created["doi"]] if there else [])
        assert await listed(client, "/count") == {"count": int(there)}
    nobody = await facility.served.as_(None)
    assert (await nobody.get(url(created["doi"]))).status_code == 404
    assert await listed(nobody) == []


async def test_publishing_makes_the_datasets_public_too(facility: Facility) -> None:
    pids = [await facility.dataset(), await facility.dataset()]
    doi = (await published(facility.ada, datasetPids=pids))["doi"]
    public = await done(facility.ada, doi, "/publish")
    assert (public["status"], public["numberOfFiles"], public["sizeOfArchive"]) == ("public", 6, 200)
    assert public["metadata"] == METADATA | {
        "publicationYear": datetime.now(UTC).year,
        "sizes": ["200"],
        "language": "en",
    }
    nobody = await facility.served.as_(None)
    for pid in pids:
        assert (await nobody.get(f"/api/v3/datasets/{quote(pid, safe='')}")).json()["isPublished"] is True
    assert (await nobody.get(url(doi))).json()["status"] == "public"
    assert await listed(nobody) == []


@pytest.mark.parametrize("action", ["/publish", "/register"])
async def test_nothing_is_published_where_one_dataset_is_another_groups(
    facility: Facility, provider: DoiServer, action: str
) -> None:
    """OWASP API1:2023, API5:2023: publishing is changing each of the datasets."""
    own, foreign = await facility.dataset(), await facility.dataset(ownerGroup="p2", accessGroups=["p1"])
    doi = (await published(facility.ada, datasetPids=[own, foreign]))["doi"]
    await done(facility.ada, doi, action, 403)
    missing = (await published(facility.ada, datasetPids=[own, "not there"]))["doi"]
    await done(facility.ada, missing, action, 404)
    assert provider.got == []
    assert (await facility.ada.get(url(doi))).json()["status"] == "private"
    assert (await facility.ada.get(f"/api/v3/datasets/{quote(own, safe='')}")).json()["isPublished"] is False


async def test_registering_tells_datacite_and_publishes(facility: Facility, provider: DoiServer) -> None:
    pid = await facility.dataset()
    doi = (await published(facility.ada, datasetPids=[pid]))["doi"]
    registered = await done(facility.ada, doi, "/register")
    assert registered["status"] == "registered"
    assert registered["registeredTime"]
    (sent,) = provider.got
    assert (sent.method, sent.path) == ("POST", "/dois")
    assert sent.headers["authorization"] == "Basic RkFDSUxJVFkuTUFJTjphIHNlY3JldCBvZiB0aGUgcHJvdmlkZXI="
    attributes = json.loads(sent.body)["data"]["attributes"]
    assert (attributes["event"], attributes["doi"]) == ("publish", doi)
    assert attributes["url"] == f"https://doi.facility.example/detail/{quote(doi, safe='')}"
    assert attributes["titles"] == [{"lang": "en", "title": "Powders"}]
    assert attributes["creators"] == METADATA["creators"]
    assert attributes["publicationYear"] == datetime.now(UTC).year
    assert attributes["types"] == {"resourceTypeGeneral": "Dataset", "resourceType": "raw"}
    nobody = await facility.served.as_(None)
    dataset = (await nobody.get(f"/api/v3/datasets/{quote(pid, safe='')}")).json()
    assert dataset["datasetlifecycle"]["publishedOn"] == registered["registeredTime"]
    assert [one["doi"] for one in await listed(nobody)] == [doi]


async def test_refused_registration_leaves_all_as_it_was(facility: Facility, provider: DoiServer) -> None:
    provider.answers["POST"] = (403, '{"errors": [{"title": "You are not authorized."}]}')
    pid = await facility.dataset()
    doi = (await published(facility.ada, datasetPids=[pid]))["doi"]
    refused = await done(facility.ada, doi, "/register", 424)
    assert "You are not authorized" in refused["message"]
    assert "a secret" not in refused["message"]
    assert (await facility.ada.get(url(doi))).json()["status"] == "private"
    assert (await facility.ada.get(f"/api/v3/datasets/{quote(pid, safe='')}")).json()["isPublished"] is False


async def test_doi_that_is_registered_already_is_brought_up_to_date(facility: Facility, provider: DoiServer) -> None:
    provider.answers["POST"] = (422, '{"errors": [{"source": "doi", "title": "This DOI has already been taken"}]}')
    doi = (await published(facility.ada))["doi"]
    await done(facility.ada, doi, "/register")
    assert [(one.method, one.path) for one in provider.got] == [("POST", "/dois"), ("PUT", f"/dois/{doi}")]


async def test_provider_that_is_away_is_told(opened: Opened) -> None:
    async with opened(register_doi_uri="http://127.0.0.1:9/dois") as facility:
        doi = (await published(facility.ada))["doi"]
        assert "cannot be reached" in (await done(facility.ada, doi, "/register", 424))["message"]
        assert (await facility.ada.get(url(doi))).json()["status"] == "private"


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"publisher": {"name": "F"}}, ("", "required", "must have required property 'creators'")),
        (METADATA | {"creators": [{}]}, ("/creators/0", "required", "must have required property 'name'")),
        (METADATA | {"publicationYear": "soon"}, ("/publicationYear", "type", "'soon' is not of type 'integer'")),
    ],
)
@pytest.mark.parametrize("action", ["/publish", "/register"])
async def test_metadata_must_be_what_the_facility_asks_for(
    facility: Facility, provider: DoiServer, action: str, metadata: dict[str, Any], told: tuple[str, str, str]
) -> None:
    """SciCat answers the list of its validator's errors and nothing else: its frontend joins their messages."""
    doi = (await published(facility.ada, metadata=metadata))["doi"]
    faults = await done(facility.ada, doi, action, 400)
    assert told in [(one["instancePath"], one["keyword"], one["message"]) for one in faults]
    assert all({"schemaPath", "params"} <= set(one) for one in faults)
    assert provider.got == []


async def test_states_follow_one_another(facility: Facility) -> None:
    ada, admin = facility.ada, facility.admin
    doi = (await published(ada))["doi"]
    await done(admin, doi, "/amend", 400)
    await done(ada, doi, "/publish")
    await done(ada, doi, "/publish", 400)
    assert (await ada.patch(url(doi), json={"title": "t"})).status_code == 400
    assert (await admin.patch(url(doi), json={"title": "t"})).json()["title"] == "t"
    await done(ada, doi, "/register")
    await done(ada, doi, "/register", 400)
    assert (await admin.patch(url(doi), json={"title": "u"})).status_code == 400
    await done(ada, doi, "/amend", 403)
    assert (await done(admin, doi, "/amend"))["status"] == "amended"
    assert (await admin.patch(url(doi), json={"title": "u"})).status_code == 400
    assert (await done(ada, doi, "/register"))["status"] == "registered"


async def test_only_its_creator_and_administrators_change_it(facility: Facility) -> None:
    """OWASP API1:2023, API5:2023; ASVS V4.1."""
    doi = (await published(facility.ada))["doi"]
    for action in ("/publish", "/register"):
        await done(facility.bo, doi, action, 404)
    await done(facility.bo, doi, "/resync", 404, title="t")
    assert (await facility.bo.patch(url(doi), json={"title": "t"})).status_code == 404
    nobody = await facility.served.as_(None)
    assert (await nobody.patch(url(doi), json={"title": "t"})).status_code == 403
    assert (await nobody.post(V4, json={})).status_code == 403
    await done(facility.ada, doi, "/publish")
    await done(facility.bo, doi, "/register", 404)
    assert (await facility.bo.patch(url(doi), json={"title": "t"})).status_code == 400


@pytest.mark.parametrize("fields", [{"status": "registered"}, {"registeredTime": "2026-01-01T00:00:00Z"}])
async def test_state_is_not_set_by_hand(facility: Facility, fields: dict[str, Any]) -> None:
    """OWASP API3:2023: nobody has a DOI by saying so."""
    doi = (await published(facility.ada))["doi"]
    assert (await facility.ada.patch(url(doi), json=fields)).status_code == 400
    body = {"title": "t", "abstract": "a", "datasetPids": []} | fields
    assert (await facility.ada.post(V4, json=body)).status_code == 400
    brought = await facility.admin.post(V4, json=body)
    assert brought.status_code == 201


async def test_deletion_is_for_the_delete_groups_and_stops_at_a_doi(facility: Facility) -> None:
    """OWASP API5:2023."""
    doi = (await published(facility.ada))["doi"]
    for client in (facility.ada, facility.admin):
        assert (await client.delete(url(doi))).status_code == 403
    assert (await facility.archivist.delete(url(doi))).json()["doi"] == doi
    assert (await facility.archivist.delete(url(doi))).status_code == 404
    registered = (await published(facility.ada))["doi"]
    await done(facility.ada, registered, "/register")
    assert (await facility.archivist.delete(url(registered))).status_code == 400


async def test_lists_are_searched_sorted_and_paged(facility: Facility) -> None:
    for title in ("Ferrites", "Powders", "Alloys"):
        await published(facility.ada, title=title, abstract="About them.")
    by_title = await listed(facility.ada, limits={"order": "title:asc", "limit": 2})
    assert [one["title"] for one in by_title] == ["Alloys", "Ferrites"]
    await until(lambda: _has_words(facility))
    assert [one["title"] for one in await listed(facility.ada, fields={"text": "powders"})] == ["Powders"]
    assert [one["title"] for one in await listed(facility.ada, filter={"where": {"title": "Alloys"}})] == ["Alloys"]
    some = await listed(facility.ada, fields={"title": {"$regex": "^fe", "$options": "i"}})
    assert [one["title"] for one in some] == ["Ferrites"]
    assert set((await listed(facility.ada, filter={"fields": ["title"]}))[0]) == {"_id", "title"}


async def _has_words(facility: Facility) -> bool:
    """Whether the index of words, which a new catalogue makes when it has begun to serve, is there."""
    indexes = await facility.served.app.state.catalogue.database["PublishedData"].index_information()
    return "$**_text" in indexes


@pytest.mark.parametrize(
    "parameters",
    [
        {"fields": {"$where": "1"}},
        {"filter": {"where": {"$expr": {}}}},
        {"fields": "{"},
        {"limits": {"limit": -1}},
        {"fields": []},
    ],
)
async def test_malformed_question_is_told(facility: Facility, parameters: dict[str, Any]) -> None:
    """OWASP API8:2023: no operator of a caller's reaches the database."""
    answer = await facility.ada.get(V4, params={name: json.dumps(value) for name, value in parameters.items()})
    assert answer.status_code == 400, answer.text


async def test_filter_cannot_widen_what_is_seen(facility: Facility) -> None:
    """OWASP API1:2023."""
    await published(facility.ada)
    wide = {"$or": [{"createdBy": "ada"}, {"status": "private"}]}
    for client in (facility.bo, await facility.served.as_(None)):
        assert await listed(client, filter={"where": wide}) == []
        assert await listed(client, fields=wide) == []
        assert await listed(client, "/count", filter={"where": wide}) == {"count": 0}


async def test_form_knows_the_dataset_and_the_schemas_defaults(facility: Facility) -> None:
    pid = await facility.dataset(description="a fine powder", proposalIds=["20260101"])
    database = facility.served.app.state.catalogue.database
    await database["Proposal"].insert_one(
        {"_id": "20260101", "proposalId": "20260101", "ownerGroup": "p1", "title": "Powders", "abstract": "Why."}
    )
    await database["Attachment"].insert_one({"_id": "a", "datasetId": pid, "ownerGroup": "p1", "thumbnail": "data:x"})
    answer = await facility.ada.get(f"{V4}/formpopulate", params={"pid": pid})
    assert answer.json() == {
        "resourceType": "raw",
        "description": "a fine powder",
        "title": "Powders",
        "abstract": "Why.",
        "thumbnail": "data:x",
        "metadata": {"publicationYear": datetime.now(UTC).year, "sizes": ["100"], "language": "en"},
    }
    assert (await facility.bo.get(f"{V4}/formpopulate", params={"pid": pid})).status_code == 404


async def test_configuration_is_for_everyone(facility: Facility) -> None:
    config = (await (await facility.served.as_(None)).get(f"{V4}/config")).json()
    assert config["metadataSchema"]["required"] == ["creators", "publisher", "publicationYear"]
    assert config["uiSchema"] == {"type": "VerticalLayout"}


async def test_resynchronising_changes_what_has_no_doi(facility: Facility) -> None:
    doi = (await published(facility.ada))["doi"]
    assert await done(facility.ada, doi, "/resync", title="New") is None
    assert (await facility.ada.get(url(doi))).json()["title"] == "New"
    await done(facility.ada, doi, "/register")
    await done(facility.ada, doi, "/resync", 400, title="Newer")


async def test_publication_is_audited_with_its_datasets(facility: Facility) -> None:
    pid = await facility.dataset()
    doi = (await published(facility.ada, datasetPids=[pid]))["doi"]
    answer = await facility.ada.post(url(doi, "/publish"))
    request = answer.headers["x-request-id"]
    entries = (await facility.admin.get("/api/beamlore/v1/audit", params={"request": request})).json()["items"]
    assert {(one["collection"], one["document"]) for one in entries} == {("Dataset", pid), ("PublishedData", doi)}
    (of_dataset,) = [one for one in entries if one["collection"] == "Dataset"]
    assert of_dataset["changes"] == [{"path": ["isPublished"], "before": False, "after": True}]
    assert of_dataset["username"] == "ada"
