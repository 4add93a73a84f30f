"""Requests that bring attachments are limited in size (OWASP API4:2023; ASVS 5.2.1)."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from beamlore.catalogue.settings import Settings
from beamlore.catalogue.settings._files import FileSettings
from beamlore.embedded import Tokens

from ..parts.house import OWNER, house_of


async def test_a_request_that_is_too_large_is_refused(
    mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens
) -> None:
    async with house_of(mongo_database, settings_for, token, max_file_upload_size="2kb") as house:
        path = await house.dataset()
        sent = {"caption": "c" * 3_000, "ownerGroup": OWNER, "isPublished": False}
        below = {name: value for name, value in sent.items() if name != "isPublished"}
        for url, body in (("/api/v4/attachments", sent), (f"{path}/attachments", below)):
            assert (await house.admin.post(url, json=body)).status_code == 413
            assert (await house.admin.post(url, json=body | {"caption": "c"})).status_code == 201


@pytest.mark.parametrize(("text", "size"), [("16mb", 16 * 2**20), ("0.5 KB", 512), ("100", 100), ("1gb", 2**30)])
def test_sizes_are_read_as_scicat_writes_them(monkeypatch: pytest.MonkeyPatch, text: str, size: int) -> None:
    monkeypatch.setenv("MAX_FILE_UPLOAD_SIZE", text)
    assert FileSettings().max_file_upload_size == size


@pytest.mark.parametrize("text", ["much", "-1mb", "0", "1pb"])
def test_what_is_no_size_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("MAX_FILE_UPLOAD_SIZE", text)
    with pytest.raises(ValidationError, match="MAX_FILE_UPLOAD_SIZE"):
        FileSettings()
