"""What is counted of a change, and what the counts become."""

import json
from collections import Counter
from typing import Any

import pytest

from beamlore.catalogue.database import Change
from beamlore.catalogue.metadatakeys.counts import Counts, counts_of
from beamlore.catalogue.metadatakeys.usage import shifts_of
from beamlore.core import Principal

_SOMEBODY = Principal(subject="s", username="u")


def dataset(metadata: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"_id": "p/1", "ownerGroup": "p1", "accessGroups": [], "scientificMetadata": metadata, **more}


def change(before: dict[str, Any] | None, after: dict[str, Any] | None, collection: str = "Dataset") -> Change:
    return Change(collection, "change", _SOMEBODY, before, after)


def shifted(made: Change) -> list[tuple[int, list[list[str]], list[str]]]:
    return [(one["step"], json.loads(one["keys"]), one["groups"]) for one in shifts_of(made)]


def test_only_the_keys_that_came_or_went_are_counted() -> None:
    before, after = dataset({"a": 1, "b": 2}), dataset({"b": 3, "c": {"value": 1, "human_name": "C"}})
    assert shifted(change(before, after)) == [(-1, [["a", ""]], ["p1"]), (1, [["c", "C"]], ["p1"])]


def test_other_readers_are_a_change_of_every_key() -> None:
    before, after = dataset({"a": 1}), dataset({"a": 1}, accessGroups=["p2", ""])
    assert shifted(change(before, after)) == [(-1, [["a", ""]], ["p1"]), (1, [["a", ""]], ["p1", "p2"])]


@pytest.mark.parametrize(
    "made",
    [
        change(dataset({"a": 1}), dataset({"a": 2}, description="new")),
        change(None, dataset({})),
        change(None, dataset({"a": 1}, beamlore={"sequence": 4})),
        change({"_id": 1, "metadata": {"a": 1}}, None, "Attachment"),
    ],
)
def test_what_changes_no_key_is_not_written_down(made: Change) -> None:
    assert shifts_of(made) == []


def test_keys_are_counted_as_they_were_sent() -> None:
    assert shifted(change(None, dataset({"a%2Eb": 1})))[0][1] == [["a.b", ""]]


def test_counts_never_fall_below_none() -> None:
    counts = Counts(1, Counter({"p1": 1}), 0)
    for _ in range(2):
        counts.shift(-1, ["p1", "p2"], published=True)
    assert (counts.documents, counts.groups["p1"], counts.groups["p2"], counts.published) == (0, 0, 0, 0)


def test_of_keys_written_by_scicat_all_uses_count_as_published_or_none() -> None:
    assert counts_of({"usageCount": 3, "isPublished": True}).published == 3
    assert counts_of({"usageCount": 3, "isPublished": False}).published == 0
    assert counts_of({"usageCount": 3, "isPublished": True, "beamlore": {"published": 1}}).published == 1
