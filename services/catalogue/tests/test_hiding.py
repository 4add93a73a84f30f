"""What is there and may not be seen is answered as what is not there: always on our own routes, on SciCat's if so set.

Covers OWASP API1:2023; ASVS 5.0 V8.2.2, V16.5.1 (errors tell nothing).
"""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from beamlore.catalogue.app import _ROUTERS
from beamlore.catalogue.settings import Settings
from beamlore.embedded import Tokens

from .conftest import Served, serving
from .facility import someone

OURS, SCICATS = "/api/beamlore/v1", ("/api/v3", "/api/v4")
NOUNS = {
    "datasets": "Dataset",
    "scans": "Dataset",
    "origdatablocks": "OrigDatablock",
    "datablocks": "Datablock",
    "attachments": "Attachment",
    "proposals": "Proposal",
    "samples": "Sample",
    "publisheddata": "PublishedData",
    "jobs": "Job",
}
KEYS = ("pid", "id", "aid", "proposalId", "sampleId", "doi")
THERE, ABSENT = "t0there", "t0absent"
_ONE = re.compile(r"\{(pid|id|aid)\}")


@pytest.fixture(params=[False, True], ids=["as SciCat", "hidden"])
async def facility(
    mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[Served, bool]]:
    """A catalogue with one document of others for each noun."""
    more = {"create_dataset_groups": ("eves",), "proposal_groups": ()}
    async with serving(settings_for(*mongo_database, hide_existence=request.param, **more), token) as served:
        database = served.app.state.catalogue.database
        for collection in set(NOUNS.values()):
            document = {
                "_id": THERE,
                "ownerGroup": "others",
                "accessGroups": [],
                "datasetId": THERE,
                "status": "private",
            }
            document |= dict.fromkeys(KEYS, THERE) | {"type": "raw", "ownerUser": "other", "createdBy": "other"}
            await database[collection].insert_one(document)
        yield served, request.param


def routes() -> list[tuple[str, str]]:
    """Method and path of the routes that name one document."""
    found = []
    for route in (route for router in _ROUTERS for route in router.routes if isinstance(route, APIRoute)):
        path = route.path
        words = path.removeprefix(OURS).split("/") if path.startswith(OURS) else path.split("/")[2:]
        if len(words) > 1 and words[1] in NOUNS and len(_ONE.findall(path)) == 1 and "{" not in _ONE.sub("", path):
            found += [(method, path) for method in sorted(route.methods & {"GET", "PATCH", "PUT", "DELETE"})]
    return found


async def answer(client: httpx.AsyncClient, method: str, path: str, key: str) -> tuple[int, str]:
    body = {} if method in ("GET", "DELETE") else {"json": {"comment": "x"} if "scans" in path else {}}
    got = await client.request(method, _ONE.sub(key, path), **body)
    return got.status_code, got.text.replace(key, "")


async def test_what_may_not_be_seen_is_as_what_is_not_there(facility: tuple[Served, bool]) -> None:
    served, hides = facility
    compared = [one for one in routes() if hides or one[1].startswith(OURS)]
    assert len(compared) > (30 if hides else 3)
    different = []
    for client in (served.client(), someone(served, "eves", username="eve")):
        for method, path in compared:
            there, absent = [await answer(client, method, path, key) for key in (THERE, ABSENT)]
            if there != absent:
                different.append((method, path, there, absent))
    assert not different, "\n".join(map(str, different))


async def test_scicats_routes_tell_them_apart_as_scicat_does(facility: tuple[Served, bool]) -> None:
    served, hides = facility
    eve = someone(served, "eves", username="eve")
    seen = [(await eve.get(f"/api/v4/datasets/{key}")).status_code for key in (THERE, ABSENT)]
    assert seen == ([404, 404] if hides else [403, 404])
