"""The facility of these tests."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Tokens

from ..parts.house import House, house_of


@pytest.fixture
async def house(mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens) -> AsyncIterator[House]:
    """A facility with an empty catalogue."""
    async with house_of(mongo_database, settings_for, token) as running:
        yield running


@pytest.fixture
async def public_house(
    mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens
) -> AsyncIterator[House]:
    """A facility that publishes files with their dataset."""
    async with house_of(mongo_database, settings_for, token, files_public_with_dataset=True) as running:
        yield running
