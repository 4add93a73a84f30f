"""The identifier of a document is found in its bytes."""

from typing import Any

import bson
import pytest

from beamlore.catalogue.database.bson import identifier_of


@pytest.mark.parametrize(
    "document",
    [
        {"_id": "20.500.12345/é-1", "pid": "other"},
        {"_id": "", "a": 1},
        {"_id": bson.ObjectId(), "a": 1},
        {"_id": 7},
        {"_idle": "no", "_id": "yes"},
    ],
)
def test_an_identifier_is_found_whatever_it_is(document: dict[str, Any]) -> None:
    assert identifier_of(bson.encode(document)) == document["_id"]
