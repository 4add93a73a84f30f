"""SciCat's OpenSearch routes: the search is answered from the catalogue's own index."""

import pytest

from ..conftest import Served
from ..facility import asked, searchable
from ..parts.house import RAW

URL = "/api/v3/opensearch"
MANAGING = [
    ("POST", "create-index", 201),
    ("POST", "sync-database?index=dataset", 200),
    ("POST", "update-index", 200),
    ("POST", "delete-index?index=dataset", 200),
    ("GET", "get-index?index=dataset", 200),
]


async def test_search_finds_the_datasets_of_a_word(served: Served) -> None:
    admin = served.member_of("admin")
    for name in ("a powder of nickel", "a powder of copper", "a film"):
        await asked(admin, "POST", "/api/v3/datasets", 201, json=RAW | {"datasetName": name})
    while not await searchable(admin, "/api/v3/datasets"):
        pass
    found = await asked(admin, "POST", f"{URL}/search?textQuery=powder&index=dataset")
    assert found["totalCount"] == len(found["data"]) == 2
    page = await asked(admin, "POST", f"{URL}/search?textQuery=powder&limit=1&skip=1")
    assert (page["totalCount"], set(page["data"]) <= set(found["data"])) == (1, True)


@pytest.mark.parametrize(("method", "route", "status"), MANAGING)
async def test_index_needs_no_management(served: Served, method: str, route: str, status: int) -> None:
    told = await asked(served.member_of("admin"), method, f"{URL}/{route}", status, json={})
    assert told["message"].startswith("Not needed")


@pytest.mark.parametrize(("method", "route"), [(one[0], one[1]) for one in MANAGING] + [("POST", "search?textQuery=x")])
async def test_only_administrators_reach_it(served: Served, method: str, route: str) -> None:
    for client in (served.client(), served.member_of("p1")):
        assert (await client.request(method, f"{URL}/{route}")).status_code == 403
