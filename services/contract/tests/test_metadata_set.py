from typing import Any

import pytest
from pydantic import ValidationError

from beamlore.contract import MetadataEntry, MetadataSet, apply_value_map

SHUTTER = MetadataEntry(
    key="shutter", source="sim/balder/shutter/position_code", value_map={"4": "insert", "5": "extract", "true": "open"}
)


@pytest.mark.parametrize(
    ("raw", "recorded"),
    [
        (4, "insert"),
        (5.0, "extract"),
        ("4", "insert"),
        (True, "open"),
        (False, False),
        (6, 6),
        (4.5, 4.5),
        (None, None),
        ([4, 5], [4, 5]),
        (float("inf"), float("inf")),
    ],
)
def test_value_map_changes_what_it_names_and_nothing_else(raw: object, recorded: object) -> None:
    assert apply_value_map(SHUTTER, raw) == recorded


def test_without_value_map_the_value_is_recorded_as_it_is() -> None:
    assert apply_value_map(MetadataEntry(key="a", source="a/b/c/d"), 4) == 4


@pytest.mark.parametrize("source", ["a/b/c", "a/b/c/d/e", "a//c/d", "/a/b/c", ""])
def test_source_must_be_an_attribute(source: str) -> None:
    with pytest.raises(ValidationError):
        MetadataEntry(key="a", source=source)


@pytest.mark.parametrize("key", ["", "$a", "a.b", ".a", "a\0", "k" * 257])
def test_key_must_be_fit_to_be_stored(key: str) -> None:
    with pytest.raises(ValidationError):
        MetadataEntry(key=key, source="a/b/c/d")


def test_key_stands_once_in_a_set() -> None:
    with pytest.raises(ValidationError, match="the key 'shutter' stands twice"):
        MetadataSet(name="standard", entries=[SHUTTER, SHUTTER])


def test_json_is_in_camel_case_and_read_again_as_the_same() -> None:
    chosen = MetadataSet(name="standard", entries=[SHUTTER])
    sent: dict[str, Any] = chosen.model_dump(mode="json")
    assert sent["entries"][0]["valueMap"] == {"4": "insert", "5": "extract", "true": "open"}
    assert MetadataSet.model_validate(sent) == chosen


def test_misspelt_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="value_mapping"):
        MetadataEntry.model_validate({"key": "a", "source": "a/b/c/d", "value_mapping": {}})
