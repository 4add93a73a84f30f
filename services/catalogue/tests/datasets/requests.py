"""Requests of SciCat's dataset routes that tests have in common."""

import json
from typing import Any
from urllib.parse import quote

import httpx

RAW = {
    "ownerGroup": "proposal:20260101",
    "accessGroups": [],
    "owner": "Ada Lovelace",
    "contactEmail": "ada@facility.example",
    "sourceFolder": "/data/balder",
    "creationTime": "2026-03-01T12:00:00.000Z",
    "datasetName": "a powder",
    "principalInvestigator": "Ada Lovelace",
    "creationLocation": "/Facility/balder",
    "proposalId": "20260101",
    "type": "raw",
    "size": 10,
    "keywords": ["xas", "powder"],
    "scientificMetadata": {
        "temperature": {"value": 20, "unit": "degC"},
        "length": {"value": [1, 2], "unit": "mm"},
        "yield": {"value": 3, "unit": "bananas"},
        "note": {"value": "fine"},
        "plain": 7,
    },
}
CURRENT = {name: value for name, value in RAW.items() if name not in ("principalInvestigator", "proposalId")} | {
    "principalInvestigators": ["Ada Lovelace"],
    "proposalIds": ["20260101"],
}


def path(pid: str, version: str = "v3") -> str:
    return f"/api/{version}/datasets/{quote(pid, safe='')}"


async def create(client: httpx.AsyncClient, version: str = "v3", **more: Any) -> dict[str, Any]:
    answer = await client.post(f"/api/{version}/datasets", json=(RAW if version == "v3" else CURRENT) | more)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


async def found(client: httpx.AsyncClient, url: str, **params: Any) -> Any:
    encoded = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
    answer = await client.get(url, params=encoded)
    assert answer.status_code == 200, answer.text
    return answer.json()
