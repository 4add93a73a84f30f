"""Two catalogues over one database: one answers from derived data, the other always from the documents."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from beamlore.catalogue.settings import Settings
from beamlore.embedded import Tokens

from ..conftest import serving
from .sides import Sides

SEARCHABLE = ("temperature", "operator", "axis*")


@pytest.fixture
async def sides(mongo_database: Any, settings_for: Callable[..., Settings], token: Tokens) -> AsyncIterator[Sides]:
    url, name = mongo_database
    # Either of them may be the one that compares.
    alike = {"searchable_metadata": SEARCHABLE, "derived_reconcile_seconds": 0.05}
    derived = settings_for(url, name, derived_from=0, **alike)
    documents = settings_for(url, name, derived_from=10**9, **alike)
    async with (
        serving(derived, token) as one,
        serving(documents, token) as other,
        AsyncMongoClient(url, tz_aware=True, w="majority") as client,
    ):
        found = Sides(one, other, client[name])
        await found.follows()
        yield found
