"""SciCat's `/explorer`: the page, and the OpenAPI that SDKs are generated from."""

import yaml

from .conftest import Served


async def test_explorer_lists_every_operation_without_a_script(served: Served) -> None:
    client = served.client()
    description = (await client.get("/explorer-json")).json()
    assert "DatasetsController_findAll_v3" in str(description["paths"]["/api/v3/datasets"])
    for path in ("/explorer", "/explorer/"):
        page = await client.get(path)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert all(one in page.text for one in description["paths"])
        assert "<script" not in page.text and "http" not in page.text.replace("https", "http").split("<table>")[0]
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert yaml.safe_load((await client.get("/explorer-yaml")).text)["openapi"] == description["openapi"]
