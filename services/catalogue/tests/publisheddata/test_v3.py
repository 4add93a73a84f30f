"""SciCat's v3 routes of published data: flat fields, two states."""

import json
import xml.etree.ElementTree as ElementTree
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from beamlore.catalogue.publisheddata.conversion import as_v3, to_v4

from .conftest import Facility, Opened
from .provider import DoiServer

V3 = "/api/v3/publisheddata"
FLAT: dict[str, Any] = {
    "creator": ["Ada Lovelace", "Bo"],
    "publisher": "Facility",
    "publicationYear": 2026,
    "title": "Powders & <others>",
    "abstract": "What they are.",
    "dataDescription": "https://facility.example",
    "resourceType": "raw",
    "pidArray": [],
    "authors": ["Ada"],
    "affiliation": "Facility",
    "numberOfFiles": 1,
    "sizeOfArchive": 2,
    "relatedPublications": ["https://doi.org/10.1/x"],
    "thumbnail": "data:x",
}


def url(doi: str, action: str = "") -> str:
    return f"{V3}/{quote(doi, safe='')}{action}"


async def create(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post(V3, json=FLAT | more)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


async def test_fields_are_flat_and_stored_as_v4_has_them(facility: Facility) -> None:
    created = await create(facility.ada)
    assert {name: created[name] for name in FLAT} == FLAT
    assert created["status"] == "pending_registration"
    stored = (await facility.ada.get(f"/api/v4/publisheddata/{quote(created['doi'], safe='')}")).json()
    assert (stored["status"], stored["datasetPids"]) == ("private", [])
    assert stored["metadata"]["creators"] == [{"name": "Ada Lovelace"}, {"name": "Bo"}]
    assert stored["metadata"]["publisher"] == {"name": "Facility"}
    assert stored["metadata"]["relatedIdentifiers"] == [{"relatedIdentifier": "https://doi.org/10.1/x"}]


async def test_change_keeps_what_it_does_not_speak_of(facility: Facility) -> None:
    doi = (await create(facility.ada))["doi"]
    v4 = f"/api/v4/publisheddata/{quote(doi, safe='')}"
    creators = [{"name": "Ada Lovelace", "affiliation": [{"name": "Facility"}]}, {"name": "Bo"}]
    metadata = (await facility.ada.get(v4)).json()["metadata"] | {"creators": creators}
    assert (await facility.ada.patch(v4, json={"metadata": metadata})).status_code == 200
    changed = await facility.ada.patch(url(doi), json={"publisher": "Other", "creator": ["Cy", "Ada Lovelace"]})
    assert (changed.json()["publisher"], changed.json()["abstract"]) == ("Other", "What they are.")
    after = (await facility.ada.get(v4)).json()["metadata"]
    assert after["creators"] == [{"name": "Cy"}, creators[0]]
    assert after["publicationYear"] == 2026


async def test_filter_takes_v3s_names_in_query_and_header(facility: Facility) -> None:
    await create(facility.ada)
    await create(facility.ada, creator=["Cy"])
    wanted = json.dumps({"where": {"creator": "Cy"}, "fields": {"creator": 1, "thumbnail": 0}})
    in_query = (await facility.ada.get(V3, params={"filter": wanted})).json()
    in_header = (await facility.ada.get(V3, headers={"filter": wanted})).json()
    assert in_query == in_header
    assert [one["creator"] for one in in_query] == [["Cy"]]
    assert "thumbnail" not in in_query[0]
    assert (await facility.ada.get(f"{V3}/count", params={"filter": wanted})).json() == {"count": 1}
    assert (await facility.ada.get(V3, params={"filter": "{}"}, headers={"filter": "{}"})).status_code == 400


async def test_registering_tells_datacites_mds(facility: Facility, provider: DoiServer) -> None:
    provider.answers["PUT"] = (201, "OK (10.17199/X)")
    pid = await facility.dataset()
    doi = (await create(facility.ada, pidArray=[pid]))["doi"]
    answer = await facility.ada.post(url(doi, "/register"))
    assert (answer.status_code, answer.json()) == (201, {"doi": "OK (10.17199/X)"})
    metadata, address = provider.got
    assert (metadata.path, address.path) == (f"/mds/metadata/{doi}", f"/mds/doi/{doi}")
    assert metadata.headers["content-type"] == "application/xml;charset=UTF-8"
    root = ElementTree.fromstring(metadata.body)  # noqa: S314 - our own
    kernel = "{http://datacite.org/schema/kernel-4}"
    assert root.findtext(f"{kernel}identifier") == doi
    assert root.findtext(f"{kernel}titles/{kernel}title") == FLAT["title"]
    names = [one.text for one in root.iter(f"{kernel}creatorName")]
    assert names == ["Lovelace, Ada", "Bo"]
    encoded = quote(quote(doi, safe=""), safe="")
    assert address.body.decode() == f"doi={doi}\nurl=https://doi.facility.example/detail/{encoded}"
    nobody = await facility.served.as_(None)
    assert (await nobody.get(url(doi))).json()["status"] == "registered"
    assert (await nobody.get(f"/api/v3/datasets/{quote(pid, safe='')}")).json()["isPublished"] is True


async def test_without_a_login_there_is_only_what_has_a_doi(facility: Facility) -> None:
    """OWASP API1:2023."""
    public = (await create(facility.ada))["doi"]
    assert (await facility.ada.post(f"/api/v4/publisheddata/{quote(public, safe='')}/publish")).status_code == 201
    registered = (await create(facility.ada, status="registered"))["doi"]
    nobody = await facility.served.as_(None)
    assert (await nobody.get(url(public))).status_code == 404
    assert [one["doi"] for one in (await nobody.get(V3)).json()] == [registered]
    assert {one["doi"] for one in (await facility.bo.get(V3)).json()} == {public, registered}


async def test_only_its_creator_and_administrators_change_it(facility: Facility) -> None:
    """OWASP API1:2023, API3:2023, API5:2023."""
    doi = (await create(facility.ada))["doi"]
    assert (await facility.bo.patch(url(doi), json={"title": "t"})).status_code == 404
    assert (await facility.bo.post(url(doi, "/register"))).status_code == 404
    assert (await facility.bo.post(url(doi, "/resync"), json=FLAT)).status_code == 404
    kept = await facility.ada.patch(url(doi), json={"title": "t", "status": "registered", "doi": "10.1/stolen"})
    assert (kept.json()["title"], kept.json()["status"], kept.json()["doi"]) == ("t", "pending_registration", doi)
    assert (await facility.ada.delete(url(doi))).status_code == 403
    assert (await facility.archivist.delete(url(doi))).status_code == 200


@pytest.mark.parametrize("body", [{"title": "t"}, FLAT | {"unknown": 1}, FLAT | {"publicationYear": "2026"}])
async def test_wrong_body_is_refused(facility: Facility, body: dict[str, Any]) -> None:
    assert (await facility.ada.post(V3, json=body)).status_code == 400


async def test_taken_doi_is_refused(facility: Facility) -> None:
    doi = (await create(facility.ada, doi="10.17199/mine"))["doi"]
    assert doi == "10.17199/mine"
    assert (await facility.ada.post(V3, json=FLAT | {"doi": doi})).status_code == 409


def test_what_older_backends_stored_flat_is_shown() -> None:
    shown = as_v3({"_id": "d", "doi": "d", "creator": ["Ada"], "pidArray": ["p"], "status": "registered"})
    assert (shown["creator"], shown["pidArray"], shown["status"]) == (["Ada"], ["p"], "registered")


def test_flat_fields_survive_there_and_back() -> None:
    assert as_v3(to_v4(FLAT)) == FLAT | {"status": "pending_registration"}


async def test_an_oai_provider_alone_is_told(opened: Opened, provider: DoiServer) -> None:
    async with opened(site="PSI", oai_provider_route=f"{provider.address}/oai") as facility:
        provider.answers = {"POST": (500, "no"), "PUT": (500, "no")}
        doi = (await create(facility.ada))["doi"]
        assert (await facility.ada.post(url(doi, "/resync"), json=FLAT | {"title": "New"})).status_code == 424
        assert (await facility.ada.post(url(doi, "/register"))).status_code == 424
        unchanged = (await facility.ada.get(url(doi))).json()
        assert (unchanged["title"], unchanged["status"]) == (FLAT["title"], "pending_registration")

        provider.got.clear()
        provider.answers = {"POST": (200, '"taken"'), "PUT": (200, '{"doi": "d"}')}
        resynced = await facility.ada.post(url(doi, "/resync"), json=FLAT | {"title": "New"})
        assert (resynced.status_code, resynced.json()) == (201, {"doi": "d"})
        assert (await facility.ada.post(url(doi, "/register"))).status_code == 201
        put, post = provider.got
        assert (put.method, put.path) == ("PUT", f"/oai/{quote(quote(doi, safe=''), safe='')}")
        assert (post.method, post.path) == ("POST", "/oai")
        assert json.loads(put.body)["title"] == json.loads(post.body)["title"] == "New"


async def test_without_a_provider_it_is_registered_here(opened: Opened, provider: DoiServer) -> None:
    async with opened(register_metadata_uri="") as facility:
        doi = (await create(facility.ada))["doi"]
        answer = await facility.ada.post(url(doi, "/register"))
        assert (answer.status_code, answer.json()["statusCode"]) == (200, 200)
        assert (await facility.ada.get(url(doi))).json()["status"] == "registered"
        assert provider.got == []
