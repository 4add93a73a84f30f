"""An identifier is encoded once in an address, whatever characters it has."""

from typing import Any
from urllib.parse import quote

import pytest

from .conftest import SCANS, Served

PIDS = [
    "test/1",
    "test/100%",
    "test/%25",
    "test/a%2Fb",
    "test/%2525",
    "t/a b+c",
    "t/ü?#&=;",
    "t/é/ø/\U0001f52c",
    "t/'\"\\<>",
]
RAW: dict[str, Any] = {
    "owner": "Ada Lovelace",
    "contactEmail": "ada@facility.example",
    "sourceFolder": "/data/balder",
    "creationTime": "2026-03-01T12:00:00.000Z",
    "datasetName": "a powder",
    "principalInvestigators": ["Ada Lovelace"],
    "creationLocation": "/Facility/balder",
    "type": "raw",
    "ownerGroup": "g",
    "startTime": "2026-03-01T12:00:00.000Z",
}
BLOCK = {"size": 1, "dataFileList": [{"path": "a.h5", "size": 1, "time": "2026-03-01T12:00:00Z"}]}


@pytest.mark.parametrize("pid", PIDS)
async def test_one_encoding_finds_a_dataset_on_every_route(served: Served, pid: str) -> None:
    admin = served.member_of("admin")
    made = await admin.post("/api/v4/datasets", json=RAW | {"pid": pid})
    assert made.status_code == 201, made.text
    one = quote(pid, safe="")
    block = await admin.post(f"/api/v3/datasets/{one}/origdatablocks", json=BLOCK)
    assert (block.status_code, block.json().get("datasetId")) == (201, pid)
    for path in (
        f"/api/v3/datasets/{one}",
        f"/api/v3/DATASETS/{one}/",
        f"/api/v4/datasets/{one}",
        f"/api/v3/datasets/{one}/origdatablocks",
        f"/api/v3/datasets/{one}/attachments",
        f"/api/beamlore/v1/datasets/{one}",
        f"/api/beamlore/v1/datasets/{one}/access",
        f"{SCANS}/{one}",
    ):
        answer = await admin.get(path)
        assert answer.status_code == 200, (path, answer.text)
        if isinstance(found := answer.json(), dict) and "pid" in found:
            assert found["pid"] == pid
    assert (await admin.patch(f"{SCANS}/{one}", json={"comment": "odd"})).json()["pid"] == pid
    assert (await admin.post(f"/api/v3/datasets/{one}/origdatablocks/no/such")).status_code == 404
    assert (await admin.delete(f"/api/v3/datasets/{one}")).status_code == 200
    assert (await admin.get(f"/api/v3/datasets/{one}")).status_code == 404


@pytest.mark.parametrize("key", PIDS)
async def test_one_encoding_finds_other_documents(served: Served, key: str) -> None:
    admin = served.member_of("admin")
    proposal = {"proposalId": key, "title": "odd", "email": "a@b.example", "ownerGroup": "g"}
    sample = {"sampleId": key, "sampleName": "odd", "ownerGroup": "g"}
    instrument = {"pid": key, "name": "balder", "uniqueName": key}
    for noun, body, field in (
        ("proposals", proposal, "proposalId"),
        ("samples", sample, "sampleId"),
        ("instruments", instrument, "pid"),
    ):
        made = await admin.post(f"/api/v3/{noun}", json=body)
        assert made.status_code == 201, made.text
        path = f"/api/v3/{noun}/{quote(key, safe='')}"
        assert (await admin.get(path)).json()[field] == key
        assert (await admin.delete(path)).status_code == 200, path


async def test_keys_are_shown_as_they_were_sent(served: Served) -> None:
    keys = ["$a", "a.b", "100%", "%24a", "constructor", "__proto__", "a b"]
    admin = served.member_of("admin")
    metadata = {key: {"value": number} for number, key in enumerate(keys)}
    made = await admin.post("/api/v4/datasets", json=RAW | {"pid": "test/1", "scientificMetadata": metadata})
    assert made.status_code == 201, made.text
    listed = (await admin.get(f"{SCANS}/parameters")).json()["items"]
    assert sorted(one["key"] for one in listed) == sorted(keys)
    assert (await admin.get(f"{SCANS}/test%2F1")).json()["metadata"] == metadata
    columns = ",".join(quote(quote(key, safe=""), safe="") for key in keys)
    (row,) = (await admin.get(f"{SCANS}?columns={columns}")).json()["items"]
    assert row["metadata"] == metadata
