"""Messages of other producers: one unfit part costs that part, and an unclear identity the message."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beamlore.contract import InvalidMessageError, decode_message, encode_message, salvage_message

Build = Callable[..., bytes]


def salvaged(data: bytes) -> Any:
    with pytest.raises(InvalidMessageError):
        decode_message(data)
    message = salvage_message(data)
    assert decode_message(encode_message(message)) == message
    return message


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ({"value": 2**64}, float(2**64)),
        ({"value": [[1], [2]]}, None),
        ({"value": {"a": 1}}, None),
        ({"value": 1, "unit": "u" * 65}, 1),
        ({"value": 1, "unit": None}, 1),
        ({"value": 1, "unit": 5}, 1),
        ({"value": 1, "name": "n" * 300}, 1),
        ({"value": 1, "colour": "red"}, 1),
        ({"value": "text", "available": "yes"}, "text"),
        ({"unit": "mm"}, None),
        (7.5, 7.5),
        ("bare", "bare"),
        (None, None),
        ([1, 2], [1, 2]),
    ],
)
def test_unfit_entry_costs_no_other(message_json: Build, entry: object, value: object) -> None:
    message = salvaged(message_json(metadata={"odd": entry, "good": {"value": 1.5, "unit": "eV"}}))
    assert message.metadata["odd"].value == value
    assert message.metadata["odd"].available == (value is not None)
    assert message.metadata["good"].value == 1.5


@pytest.mark.parametrize("literal", [b"NaN", b"Infinity", b"-Infinity"])
def test_numbers_that_json_has_not_are_unavailable(message_json: Build, literal: bytes) -> None:
    message = salvaged(message_json(metadata={"t": {"value": "?"}}).replace(b'"?"', literal))
    assert not message.metadata["t"].available


def test_header_is_brought_into_form_and_it_says_so(message_json: Build) -> None:
    message = salvaged(message_json(command="c" * 5000, sample="s" * 300, number=-1, points=2.0, pointsPlanned=None))
    assert (len(message.command), len(message.sample), message.number, message.points) == (4096, 256, None, 2)
    said = message.metadata["message_notes"].value
    assert "the command was cut" in said
    assert "the number is not a count" in said


def test_keys_the_database_does_not_take_are_renamed(message_json: Build) -> None:
    message = salvaged(message_json(metadata={"a.b": {"value": 1}, "$where": {"value": 2}, "": {"value": 3}}))
    assert {key: entry.value for key, entry in message.metadata.items()} == {"a_b": 1, "_where": 2, "unnamed": 3}


def test_unfit_file_is_left_out_and_counted(message_json: Build) -> None:
    good = {"path": "a.h5", "size": 5, "time": "2026-11-21T10:00:00Z"}
    message = salvaged(message_json(files=[good, {**good, "size": -1}, {**good, "time": "yesterday"}, 5]))
    assert [file.path for file in message.files] == ["a.h5"]
    assert "3 files" in message.metadata["message_notes"].value


@pytest.mark.parametrize(
    "fields",
    [
        *({"pid": "no slash"}, {"pid": None}, {"sequence": -1}, {"sequence": "1"}, {"beamline": "BALDER"}),
        *({"proposal": ""}, {"proposal": 20260101}, {"start": "yesterday"}, {"start": "2026-11-21T10:00:00"}),
        *({"sent": None}, {"kind": "done"}, {"kind": "finished"}, {"schemaVersion": 2}, {"colour": "red"}),
    ],
)
def test_unclear_identity_is_never_guessed(message_json: Build, fields: dict[str, object]) -> None:
    with pytest.raises(InvalidMessageError):
        salvage_message(message_json(**fields))


@given(st.binary(max_size=200))
def test_any_bytes_are_salvaged_or_named_invalid(data: bytes) -> None:
    with pytest.raises(InvalidMessageError):
        salvage_message(data)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_metadata_and_files_are_salvaged(message_json: Build, data: st.DataObject) -> None:
    fields = json.loads(message_json())
    for name in ("metadata", "files", "command", "path", "sample", "number", "points"):
        fields[name] = data.draw(json_values)
    message = salvage_message(json.dumps(fields).encode())
    assert decode_message(encode_message(message)) == message
