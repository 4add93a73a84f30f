"""scitacean, as it comes from PyPI: what scientists do from a notebook."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import BaseModel
from scitacean import Attachment, Client, Dataset, ScicatCommError, Thumbnail
from scitacean.transfer.copy import CopyFileTransfer

from .conftest import Login
from .test_pyscicat import PIXEL

LogIn = Callable[[str], Client]


class Publication(BaseModel):
    """Published data, for which scitacean has no method that creates them."""

    title: str = "Powders"
    abstract: str = "Why."
    datasetPids: list[str]  # noqa: N815
    metadata: dict[str, Any] = {}


@pytest.fixture
def log_in(login: Callable[[str], Login], tmp_path: Path) -> LogIn:
    """scitacean, logged in, with a file server that is a folder."""

    def logged_in(username: str) -> Client:
        who = login(username)
        (tmp_path / "server").mkdir(exist_ok=True)
        return Client.from_credentials(
            url=f"{who.address}/api/v3",
            username=who.username,
            password=who.password,
            file_transfer=CopyFileTransfer(source_folder=str(tmp_path / "server" / "{name}")),
            allow_http=True,
        )

    return logged_in


def dataset(**more: Any) -> Dataset:
    fields: dict[str, Any] = {
        "type": "raw",
        "name": "a powder",
        "owner": "Ada Lovelace",
        "owner_group": "p1",
        "contact_email": "ada@facility.example",
        "principal_investigators": ["Ada Lovelace"],
        "creation_location": "Facility:balder",
        "creation_time": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "source_folder": "/data/balder",
        "meta": {"temperature": {"value": 293.0, "unit": "K"}},
    }
    return Dataset(**fields | more)


async def test_dataset_is_uploaded_with_files_and_pictures_and_downloaded(log_in: LogIn, tmp_path: Path) -> None:
    def notebook() -> None:
        ada = log_in("ada")
        data = tmp_path / "scan.dat"
        data.write_bytes(b"0 1 2")
        new = dataset()
        new.add_local_files(data)
        new.attachments = [Attachment(caption="a peak", owner_group="p1", thumbnail=Thumbnail.parse(PIXEL))]
        uploaded = ada.upload_new_dataset_now(new)
        assert uploaded.pid is not None

        found = ada.get_dataset(uploaded.pid, attachments=True)
        assert (found.name, found.created_by, found.meta["temperature"]["value"]) == ("a powder", "ada", 293.0)
        assert (found.number_of_files, found.size) == (1, 5)
        assert [one.caption for one in found.attachments or ()] == ["a peak"]
        local = ada.download_files(found, target=tmp_path / "here")
        (file,) = local.files
        assert file.local_path is not None
        assert Path(file.local_path).read_bytes() == b"0 1 2"

    await asyncio.to_thread(notebook)


async def test_datasets_are_found_by_their_fields(log_in: LogIn) -> None:
    def notebook() -> None:
        ada = log_in("ada")
        first = ada.upload_new_dataset_now(dataset(proposal_ids=["20260101"]))
        ada.upload_new_dataset_now(dataset(proposal_ids=["20260102"], name="another"))
        (found,) = ada.scicat.query_datasets({"proposalIds": ["20260101"]})
        assert found.pid == first.pid
        newest = ada.scicat.query_datasets({"ownerGroup": "p1"}, limit=1, order="datasetName:asc")
        assert [one.datasetName for one in newest] == ["a powder"]

    await asyncio.to_thread(notebook)


async def test_published_dataset_is_read_without_a_login(log_in: LogIn, login: Callable[[str], Login]) -> None:
    def notebook() -> None:
        ada = log_in("ada")
        pid = ada.upload_new_dataset_now(dataset()).pid
        assert pid is not None
        nobody = Client.without_login(url=f"{login('ada').address}/api/v3", allow_http=True)
        with pytest.raises(ScicatCommError):
            nobody.get_dataset(pid)
        created = ada.scicat.call_endpoint(
            cmd="post",
            url="publisheddata",
            version="v4",
            data=Publication(datasetPids=[str(pid)]),
            operation="publish",
        )
        url = f"publisheddata/{quote(created['doi'], safe='')}/publish"
        published = ada.scicat.call_endpoint(cmd="post", url=url, version="v4", operation="publish")
        assert published["status"] == "public"
        assert nobody.get_dataset(pid).name == "a powder"

    await asyncio.to_thread(notebook)


async def test_others_get_nothing(log_in: LogIn) -> None:
    """OWASP API1:2023."""

    def notebook() -> None:
        pid = log_in("ada").upload_new_dataset_now(dataset()).pid
        bo = log_in("bo")
        assert pid is not None
        with pytest.raises(ScicatCommError):
            bo.get_dataset(pid)
        with pytest.raises(ScicatCommError):
            bo.upload_new_dataset_now(dataset())
        assert bo.scicat.query_datasets({"ownerGroup": "p1"}) == []

    await asyncio.to_thread(notebook)
