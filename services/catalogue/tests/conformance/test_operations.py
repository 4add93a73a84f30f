"""Every operation of SciCat's interface is there, with its parameters, its body and its answers.

``operations.json`` lists what the OpenAPI description of a SciCat backend 5.2 declares,
the OpenSearch operations it has where that is enabled, and the event operations of 5.3.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from beamlore.catalogue.app import build_app
from beamlore.catalogue.settings import Settings
from beamlore.core import Phases

_OPERATIONS = json.loads(Path(__file__).with_name("operations.json").read_text())
_SUCCESS = range(200, 300)
_CREATED_THERE = "the backend answers 201, as its framework does for every POST"
_ANSWERED_DIFFERENTLY = {
    ("GET", "/api/v3/auth/oidc"): "sends the browser on",
    ("GET", "/api/v3/auth/oidc/callback"): "sends the browser on",
    ("GET", "/api/v3/users/my/self"): "the backend answers 200, as it does for every GET",
    ("GET", "/api/v3/useridentities/isValidEmail"): "the backend answers 200, as it does for every GET",
    ("POST", "/api/v3/auth/oidc/token"): _CREATED_THERE,
    ("POST", "/api/v3/datasets/{pid}/origdatablocks/isValid"): "the backend answers 200",
    ("POST", "/api/v3/publisheddata/{id}/resync"): _CREATED_THERE,
    ("POST", "/api/v4/publisheddata/{id}/amend"): _CREATED_THERE,
    ("POST", "/api/v4/publisheddata/{id}/publish"): _CREATED_THERE,
    ("POST", "/api/v4/publisheddata/{id}/resync"): _CREATED_THERE,
}
"""Where the running SciCat backend succeeds with another status than its description says, as ours does."""


@pytest.fixture(scope="module")
def described() -> dict[tuple[str, str], dict[str, Any]]:
    """Our own description: the operations by method and path, whatever the path's parameters are called."""
    settings = Settings(
        oidc_issuer="http://localhost/idp/realms/facility",
        mongo_url=SecretStr("mongodb://localhost"),
        mongo_database="catalogue",
        client_id="catalogue",
        client_secret=SecretStr("used for nothing"),
    )
    paths = build_app(settings, Phases("catalogue", CollectorRegistry())).openapi()["paths"]
    return {
        (method.upper(), _shape(path)): operation
        for path, operations in paths.items()
        for method, operation in operations.items()
    }


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


@pytest.mark.parametrize("wanted", _OPERATIONS, ids=lambda one: f"{one['method']} {one['path']}")
def test_an_operation_of_scicat_is_there(
    described: dict[tuple[str, str], dict[str, Any]], wanted: dict[str, Any]
) -> None:
    ours = described.get((wanted["method"], _shape(wanted["path"])))
    assert ours is not None, "there is no such operation"
    if wanted["operation"]:
        assert ours["operationId"] == wanted["operation"]
    query = {one["name"] for one in ours.get("parameters", []) if one["in"] == "query"}
    assert set(wanted["query"]) <= query
    assert not wanted["body"] or "requestBody" in ours
    answers = {int(status) for status in ours["responses"] if status.isdecimal()}
    if (wanted["method"], wanted["path"]) in _ANSWERED_DIFFERENTLY:
        assert any(status < 400 for status in answers)
    else:
        assert {status for status in wanted["answers"] if status in _SUCCESS} <= answers
