"""Answers stay small, whatever was sent or asked for: lists of mistakes, and pages of our own routes."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from beamlore.catalogue.answers import fitting
from beamlore.contract import CATALOGUE_ADMIN

from .conftest import Served
from .datasets.test_editing import RAW

DETAILS_BYTES = 20 * 1024
"""16 KB of details, and what stands around them."""

UNKNOWN = {f"unknown{number}": number for number in range(60_000)}
WRONG_FILES = {"size": 1, "dataFileList": [{"nothing": number} for number in range(20_000)]}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v3/datasets", RAW | UNKNOWN),
        ("/api/v4/datasets", RAW | UNKNOWN),
        ("/api/v3/datasets/isValid", RAW | UNKNOWN),
        ("/api/v3/origdatablocks", WRONG_FILES),
        ("/api/v4/origdatablocks", WRONG_FILES),
        ("/api/v4/jobs", UNKNOWN),
        ("/api/v3/samples", UNKNOWN),
        ("/api/v3/proposals", UNKNOWN),
        ("/api/v3/instruments", UNKNOWN),
        ("/api/v3/policies", UNKNOWN),
        ("/api/v3/publisheddata", UNKNOWN),
        ("/api/v4/attachments", UNKNOWN),
        ("/api/beamlore/v1/service-tokens", UNKNOWN),
        ("/api/beamlore/v1/datasets/batch", {"items": [UNKNOWN]}),
    ],
)
async def test_few_of_many_mistakes_are_told(served: Served, path: str, body: Any) -> None:
    answer = await served.member_of(CATALOGUE_ADMIN).post(path, json=body)

    assert answer.status_code < 500, answer.text[:500]
    assert len(answer.content) < DETAILS_BYTES


async def test_pages_of_the_audit_end_and_go_on(served: Served) -> None:
    admin = served.member_of(CATALOGUE_ADMIN)
    created = await admin.post("/api/v3/datasets", json=RAW)
    address = f"/api/v3/datasets/{quote(created.json()['pid'], safe='')}"
    for number in range(6):
        metadata = {f"key{key}": f"{number}" * 60_000 for key in range(17)}
        changed = await admin.patch(address, json={"scientificMetadata": metadata})
        assert changed.is_success, changed.text

    seen: list[str] = []
    asked: dict[str, Any] = {"collection": "Dataset", "document": created.json()["pid"]}
    while True:
        answer = await admin.get("/api/beamlore/v1/audit", params=asked)
        assert len(answer.content) < 5_000_000
        page = answer.json()
        seen += [one["id"] for one in page["items"]]
        if "nextCursor" not in page:
            break
        asked["cursor"] = page["nextCursor"]

    assert len(seen) == len(set(seen)) == 7


def test_a_page_has_one_item_at_least() -> None:
    assert len(fitting(["x" * 10_000_000, "y"])) == 1


async def test_a_login_takes_no_large_body(served: Served) -> None:
    answer: httpx.Response = await served.client().post(
        "/api/v3/auth/login", content=b"x" * 200_000, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 413
    assert answer.json()["statusCode"] == 413


async def test_a_deep_filter_is_refused_at_once(served: Served) -> None:
    deep = '{"where":' + '{"$and":[' * 250 + "{}" + "]}" * 250 + "}"
    for path in ("/api/v4/jobs", "/api/v3/datasets", "/api/v4/datasets", "/api/v3/proposals"):
        answer = await served.member_of(CATALOGUE_ADMIN).get(path, params={"filter": deep, "filters": deep})

        assert answer.status_code == 400
        assert "nested" in answer.json()["message"]
