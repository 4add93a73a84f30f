"""pyscicat, as it comes from PyPI: what a facility's ingestion scripts do."""

import asyncio
import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import BaseModel
from pyscicat.client import ScicatClient, ScicatCommError, ScicatLoginError
from pyscicat.model import (
    Attachment,
    CreateDatasetOrigDatablockDto,
    DataFile,
    Dataset,
    DerivedDataset,
    Instrument,
    Proposal,
    RawDataset,
    Sample,
)

from .conftest import Login

PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
TIME = "2026-03-01T12:00:00.000Z"
Client = Callable[[str], ScicatClient]


class Changes(BaseModel):
    """What a change of a dataset carries: SciCat 5 refuses the type that pyscicat's own models have."""

    scientificMetadata: dict[str, Any]  # noqa: N815


class NamedSample(Sample):
    """A sample as SciCat 5 takes it: with a name, and without what pyscicat's model sends of older versions."""

    sampleName: str  # noqa: N815


class Publication(BaseModel):
    """Published data, for which pyscicat has no method that creates them."""

    title: str
    abstract: str
    datasetPids: list[str]  # noqa: N815
    metadata: dict[str, Any]


@pytest.fixture
def client(login: Callable[[str], Login]) -> Client:
    """pyscicat, logged in."""

    def logged_in(username: str) -> ScicatClient:
        who = login(username)
        return ScicatClient(base_url=f"{who.address}/api/v3", username=who.username, password=who.password)

    return logged_in


def raw(**more: Any) -> RawDataset:
    fields: dict[str, Any] = {
        "ownerGroup": "p1",
        "owner": "Ada Lovelace",
        "contactEmail": "ada@facility.example",
        "sourceFolder": "/data/balder/20260101",
        "creationTime": "2026-03-01T12:00:00.000Z",
        "creationLocation": "/Facility/balder",
        "principalInvestigator": "Ada Lovelace",
        "datasetName": "a powder",
        "type": "raw",
        "keywords": ["xas"],
        "scientificMetadata": {"temperature": {"value": 293.0, "unit": "K"}, "operator": {"value": "Ada"}},
    }
    return RawDataset(**fields | more)


async def test_wrong_password_is_refused(login: Callable[[str], Login]) -> None:
    def wrong() -> ScicatClient:
        who = login("ada")
        return ScicatClient(base_url=f"{who.address}/api/v3", username=who.username, password="wrong")

    with pytest.raises(ScicatLoginError):
        await asyncio.to_thread(wrong)


async def test_dataset_is_created_found_changed_and_deleted(client: Client) -> None:
    def script() -> None:
        ada = client("ada")
        pid = ada.datasets_create(raw())
        stored = ada.datasets_get_one(pid)
        assert stored is not None
        assert (stored["datasetName"], stored["createdBy"]) == ("a powder", "ada")
        assert stored["scientificMetadata"]["temperature"]["value"] == 293.0
        assert [one["pid"] for one in ada.datasets_get_many({"keywords": "xas"}) or ()] == [pid]
        assert [one["pid"] for one in ada.datasets_find(query_fields={"text": "powder"}) or ()] == [pid]
        assert ada.datasets_find(query_fields={"ownerGroup": ["p2"]}) == []

        changes = Changes(scientificMetadata={"temperature": {"value": 77.0, "unit": "K"}})
        assert ada.datasets_update(changes, pid) == pid  # type: ignore[arg-type]
        assert set((ada.datasets_get_one(pid) or {})["scientificMetadata"]) == {"temperature"}

        derived = DerivedDataset(
            **raw().model_dump(exclude={"type", "creationLocation", "principalInvestigator"}),
            investigator="Ada Lovelace",
            inputDatasets=[pid],
            usedSoftware=["https://software.example"],
        )
        derived_pid = ada.datasets_create(derived)
        assert (ada.datasets_get_one(derived_pid) or {})["inputDatasets"] == [pid]

    await asyncio.to_thread(script)


async def test_files_and_pictures_are_added(client: Client) -> None:
    def script() -> None:
        ada = client("ada")
        pid = ada.datasets_create(raw())
        files = [DataFile(path="scan-1.h5", size=1000, time=TIME), DataFile(path="scan-2.h5", size=24, time=TIME)]
        block = CreateDatasetOrigDatablockDto(size=1024, dataFileList=files)
        assert ada.datasets_origdatablock_create(pid, block)["size"] == 1024
        (stored,) = ada.datasets_origdatablocks_get_one(pid) or ()
        assert [one["path"] for one in stored["dataFileList"]] == ["scan-1.h5", "scan-2.h5"]  # type: ignore[index]
        attachment = Attachment(datasetId=pid, thumbnail=PIXEL, caption="a peak", ownerGroup="p1", accessGroups=[])
        created = ada.datasets_attachment_create(attachment)
        assert (created["caption"], created["datasetId"]) == ("a peak", pid)
        assert base64.b64decode(created["thumbnail"].partition(",")[2])
        dataset = ada.datasets_get_one(pid) or {}
        assert (dataset["size"], dataset["numberOfFiles"]) == (1024, 2)

    await asyncio.to_thread(script)


async def test_sample_instrument_and_proposal_are_kept(client: Client) -> None:
    def script() -> None:
        ada, root = client("ada"), client("root")
        sample = NamedSample(sampleId="s1", ownerGroup="p1", owner="Ada", description="powder", sampleName="P")
        assert ada.samples_create(sample) == "s1"
        assert (ada.samples_get_one("s1") or {})["description"] == "powder"
        proposal = Proposal(proposalId="20260101", ownerGroup="p1", email="ada@facility.example", title="Powders")
        assert ada.proposals_create(proposal) == "20260101"
        assert (ada.proposals_get_one("20260101") or {})["title"] == "Powders"
        with pytest.raises(ScicatCommError):
            ada.instruments_create(Instrument(name="balder"))
        assert (root.published_data_get_many() or []) == []

    await asyncio.to_thread(script)


async def test_data_are_published(client: Client) -> None:
    def script() -> None:
        ada, bo = client("ada"), client("bo")
        pid = ada.datasets_create(raw())
        with pytest.raises(ScicatCommError):
            bo.datasets_get_one(pid)
        metadata = {"creators": [{"name": "Ada"}], "publisher": {"name": "F"}, "publicationYear": 2026}
        publication = Publication(title="Powders", abstract="Why.", datasetPids=[pid], metadata=metadata)
        created = ada._call_endpoint("post", "../v4/PublishedData", publication) or {}
        ada._call_endpoint("post", f"../v4/PublishedData/{quote(created['doi'], safe='')}/publish")
        assert (bo.datasets_get_one(pid) or {})["isPublished"] is True
        assert [one["doi"] for one in bo.published_data_get_many({"doi": created["doi"]}) or ()] == [created["doi"]]

    await asyncio.to_thread(script)


async def test_others_see_and_change_nothing(client: Client) -> None:
    """OWASP API1:2023."""

    def script() -> None:
        ada, bo = client("ada"), client("bo")
        pid = ada.datasets_create(raw())
        assert bo.datasets_get_many({}) == []
        dataset: Dataset = raw(datasetName="mine")
        changes: Any = Changes(scientificMetadata={})
        for attempt in (
            lambda: bo.datasets_get_one(pid),
            lambda: bo.datasets_update(changes, pid),
            lambda: bo.datasets_delete(pid),
            lambda: bo.datasets_create(dataset),
        ):
            with pytest.raises(ScicatCommError):
                attempt()

    await asyncio.to_thread(script)
