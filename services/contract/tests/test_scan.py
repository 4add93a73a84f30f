import math
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beamlore.contract import (
    SCHEMA_VERSION,
    InvalidMessageError,
    MetadataValue,
    ScanFinished,
    ScanMessage,
    ScanStarted,
    UnsupportedSchemaVersionError,
    decode_message,
    encode_message,
    peek,
)

Build = Callable[..., bytes]
quickly = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quickly
@given(st.data())
def test_what_is_encoded_is_decoded_to_the_same(
    any_message: st.SearchStrategy[ScanMessage], data: st.DataObject
) -> None:
    message = data.draw(any_message)
    decoded = decode_message(encode_message(message))
    assert decoded == message
    assert type(decoded) is type(message)


@quickly
@given(st.data())
def test_type_of_a_value_survives(any_message: st.SearchStrategy[ScanMessage], data: st.DataObject) -> None:
    message = data.draw(any_message)
    decoded = decode_message(encode_message(message))
    for key, entry in message.metadata.items():
        assert type(decoded.metadata[key].value) is type(entry.value)


@quickly
@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_named_invalid(data: bytes) -> None:
    with pytest.raises(InvalidMessageError):
        decode_message(data)
    assert peek(data) == {}


@quickly
@given(st.data())
def test_message_cut_short_is_invalid(any_message: st.SearchStrategy[ScanMessage], data: st.DataObject) -> None:
    whole = encode_message(data.draw(any_message))
    with pytest.raises(InvalidMessageError):
        decode_message(whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_smallest_message_has_the_defaults(message_json: Build) -> None:
    message = decode_message(message_json())
    assert isinstance(message, ScanStarted)
    assert message.start == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert (message.metadata, message.files, message.number, message.points) == ({}, [], None, None)
    assert message.schema_version == SCHEMA_VERSION


def test_json_is_in_camel_case(message_json: Build) -> None:
    message = decode_message(message_json(pointsPlanned=11))
    assert message.points_planned == 11
    assert b'"pointsPlanned":11' in encode_message(message)


def test_defaults_are_not_sent(message_json: Build) -> None:
    assert msgspec.json.decode(encode_message(decode_message(message_json()))).keys() == {
        *("kind", "pid", "sequence", "beamline", "proposal", "command", "start", "path", "sent")
    }


@pytest.mark.parametrize(
    "field", ["pid", "sequence", "beamline", "proposal", "command", "start", "path", "sent", "kind"]
)
def test_field_that_is_missing_is_named(message_json: Build, field: str) -> None:
    with pytest.raises(InvalidMessageError, match=f"`{field}` is missing"):
        decode_message(message_json(**{field: None}))


@pytest.mark.parametrize("kind", ["finished", "aborted"])
def test_scan_that_ended_has_an_end(message_json: Build, kind: str) -> None:
    with pytest.raises(InvalidMessageError, match="`end` is missing"):
        decode_message(message_json(kind=kind))


@pytest.mark.parametrize("kind", ["started", "updated"])
def test_scan_that_goes_on_has_no_end(message_json: Build, kind: str) -> None:
    with pytest.raises(InvalidMessageError, match="`end` is not a known field"):
        decode_message(message_json(kind=kind, end="2026-11-21T11:00:00Z"))


def test_only_an_aborted_scan_has_a_reason(message_json: Build) -> None:
    end = "2026-11-21T11:00:00Z"
    decode_message(message_json(kind="aborted", end=end, reason="stopped by the user"))
    with pytest.raises(InvalidMessageError, match="`reason` is not a known field"):
        decode_message(message_json(kind="finished", end=end, reason="done"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "paused"}, "kind: 'paused' is not one of"),
        ({"kind": "interrupted"}, "'interrupted' is not one of"),
        ({"pid": "no-slash"}, "'no-slash' is not a PID"),
        ({"pid": ""}, "pid: must not be empty"),
        ({"pid": "p/" + "x" * 300}, "pid: must have at most 256 characters"),
        ({"sequence": -1}, "sequence: must be at least 0"),
        ({"sequence": 1.5}, "sequence: must be an integer, not a number"),
        ({"sequence": "1"}, "sequence: must be an integer, not text"),
        ({"sequence": 2**53 + 1}, "sequence: must be at most 9007199254740992"),
        ({"beamline": "Balder"}, "beamline: must match the pattern"),
        ({"beamline": "../balder"}, "beamline: must match the pattern"),
        ({"beamline": "balder\n"}, "beamline: must match the pattern"),
        ({"beamline": ""}, "beamline: must match the pattern"),
        ({"beamline": "b" * 64}, "beamline: must match the pattern"),
        ({"proposal": ""}, "proposal: must not be empty"),
        ({"proposal": 20260101}, "proposal: must be text, not an integer"),
        ({"command": "x" * 4097}, "command: must have at most 4096 characters"),
        ({"path": "x" * 4097}, "path: must have at most 4096 characters"),
        ({"sample": "x" * 257}, "sample: must have at most 256 characters"),
        ({"start": "2026-11-21T10:00:00"}, "start: must have a time zone"),
        ({"start": "yesterday"}, "start: must be a date and time such as"),
        ({"start": 1763719200}, "start: must be a date and time, not an integer"),
        ({"sent": "2026-11-21"}, "sent: must be a date and time"),
        ({"number": -1}, "number: must be at least 0"),
        ({"points": -1}, "points: must be at least 0"),
        ({"pointsPlanned": 2**60}, "pointsPlanned: must be at most"),
        ({"metadata": [1]}, "metadata: must be an object, not a list"),
        ({"metadata": {"": {"value": 1}}}, "metadata: must not be empty"),
        ({"metadata": {"k" * 257: {"value": 1}}}, "metadata: must have at most 256 characters"),
        ({"metadata": {"$set": {"value": 1}}}, r"'\$set' may not begin with '\$'"),
        ({"metadata": {"a.b": {"value": 1}}}, r"'a.b' may not begin with '\$' or contain '.'"),
        ({"metadata": {"a\0b": {"value": 1}}}, r"contain '.' or NUL"),
        ({"metadata": {"a": 1}}, r"metadata\.a: must be an object, not an integer"),
        ({"metadata": {"good": {"value": 1}, "a": {}}}, r"metadata\.a: `value` is missing"),
        ({"metadata": {"a": {"value": {"b": 1}}}}, r"metadata\.a\.value: must be .*, not an object"),
        ({"metadata": {"a": {"value": [[1]]}}}, r"metadata\.a\.value\[0\]: must be .*, not a list"),
        ({"metadata": {"a": {"value": 2**63}}}, r"metadata\.a\.value: must be at most 9223372036854775807"),
        (
            {"metadata": {"a": {"value": [-(2**63) - 1]}}},
            r"value\[0\]: must be at least -9223372036854775808",
        ),
        ({"metadata": {"a": {"value": 1, "units": "mm"}}}, r"metadata\.a: `units` is not a known field"),
        ({"metadata": {"a": {"value": 1, "unit": "m" * 65}}}, r"metadata\.a\.unit: must have at most 64"),
        (
            {"files": [{"path": "a", "size": -1, "time": "2026-11-21T10:00:00Z"}]},
            r"\[0\]\.size: must be at least 0",
        ),
        ({"files": [{"path": "", "size": 1, "time": "2026-11-21T10:00:00Z"}]}, r"files\[0\]\.path: must not be empty"),
        ({"files": [{"path": "a", "size": 1}]}, r"files\[0\]: `time` is missing"),
        ({"colour": "red"}, "`colour` is not a known field"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_said(message_json: Build, changes: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidMessageError, match=said) as raised:
        decode_message(message_json(**changes))
    assert not isinstance(raised.value, UnsupportedSchemaVersionError)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "truncated"),
        (b"not json", "malformed"),
        (b"null", "must be an object, not null"),
        (b"[]", "must be an object, not a list"),
        (b"{}", "`kind` is missing"),
        (b'{"kind":"started","pid":"\xff/1"}', "invalid"),
        (b'{"schemaVersion":1,"pid":' + b"[" * 9000, "nested too deeply"),
    ],
)
def test_what_is_not_a_message_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(InvalidMessageError, match=said):
        decode_message(data)


@pytest.mark.parametrize("version", [0, 2, "1", 1.5])
def test_other_schema_version_is_told_apart(message_json: Build, version: object) -> None:
    with pytest.raises(UnsupportedSchemaVersionError, match="is not supported; this reader knows version 1"):
        decode_message(message_json(schemaVersion=version))


def test_other_schema_version_is_told_apart_although_its_form_is_unknown() -> None:
    with pytest.raises(UnsupportedSchemaVersionError):
        decode_message(b'{"schemaVersion": 2, "identifier": "20.500.1/1", "whatever": []}')


def test_header_of_a_broken_message_can_be_read(message_json: Build) -> None:
    assert peek(message_json(kind="paused", colour="red")) == {
        "pid": "20.500.1/scan-1",
        "proposal": "20260101",
        "beamline": "balder",
    }


def test_only_text_is_read_from_a_broken_header() -> None:
    assert peek(b'{"pid": 5, "proposal": null, "beamline": ["balder"]}') == {}


def test_not_a_number_becomes_null(message_json: Build) -> None:
    message = ScanFinished(
        **{name: getattr(decode_message(message_json()), name) for name in ("pid", "sequence", "beamline", "proposal")},
        command="",
        start=datetime.now(UTC),
        path="",
        sent=datetime.now(UTC),
        end=datetime.now(UTC),
        metadata={"counts": MetadataValue(math.nan)},
    )
    assert decode_message(encode_message(message)).metadata["counts"].value is None
