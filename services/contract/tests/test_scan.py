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
    with pytest.raises(InvalidMessageError, match=f"missing required field `{field}`"):
        decode_message(message_json(**{field: None}))


@pytest.mark.parametrize("kind", ["finished", "aborted"])
def test_scan_that_ended_has_an_end(message_json: Build, kind: str) -> None:
    with pytest.raises(InvalidMessageError, match="missing required field `end`"):
        decode_message(message_json(kind=kind))


@pytest.mark.parametrize("kind", ["started", "updated"])
def test_scan_that_goes_on_has_no_end(message_json: Build, kind: str) -> None:
    with pytest.raises(InvalidMessageError, match="unknown field `end`"):
        decode_message(message_json(kind=kind, end="2026-11-21T11:00:00Z"))


def test_only_an_aborted_scan_has_a_reason(message_json: Build) -> None:
    end = "2026-11-21T11:00:00Z"
    decode_message(message_json(kind="aborted", end=end, reason="stopped by the user"))
    with pytest.raises(InvalidMessageError, match="unknown field `reason`"):
        decode_message(message_json(kind="finished", end=end, reason="done"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "paused"}, r"Invalid value 'paused' - at `\$.kind`"),
        ({"kind": "interrupted"}, r"Invalid value 'interrupted'"),
        ({"pid": "no-slash"}, "'no-slash' is not a PID"),
        ({"pid": ""}, r"length >= 1 - at `\$.pid`"),
        ({"pid": "p/" + "x" * 300}, r"length <= 256 - at `\$.pid`"),
        ({"sequence": -1}, r">= 0 - at `\$.sequence`"),
        ({"sequence": 1.5}, r"Expected `int`, got `float` - at `\$.sequence`"),
        ({"sequence": "1"}, r"Expected `int`, got `str`"),
        ({"sequence": 2**53 + 1}, r"<= 9007199254740992"),
        ({"beamline": "Balder"}, r"matching regex .* - at `\$.beamline`"),
        ({"beamline": "../balder"}, r"matching regex"),
        ({"beamline": "balder\n"}, r"matching regex"),
        ({"beamline": ""}, r"matching regex"),
        ({"beamline": "b" * 64}, r"matching regex"),
        ({"proposal": ""}, r"length >= 1 - at `\$.proposal`"),
        ({"proposal": 20260101}, r"Expected `str`, got `int`"),
        ({"command": "x" * 4097}, r"length <= 4096 - at `\$.command`"),
        ({"path": "x" * 4097}, r"length <= 4096 - at `\$.path`"),
        ({"sample": "x" * 257}, r"length <= 256 - at `\$.sample`"),
        ({"start": "2026-11-21T10:00:00"}, r"with a timezone component - at `\$.start`"),
        ({"start": "yesterday"}, r"Invalid RFC3339 encoded datetime - at `\$.start`"),
        ({"start": 1763719200}, r"Expected `datetime`, got `int` - at `\$.start`"),
        ({"sent": "2026-11-21"}, r"at `\$.sent`"),
        ({"number": -1}, r"at `\$.number`"),
        ({"points": -1}, r"at `\$.points`"),
        ({"pointsPlanned": 2**60}, r"at `\$.pointsPlanned`"),
        ({"metadata": [1]}, r"Expected `object`, got `array` - at `\$.metadata`"),
        ({"metadata": {"": {"value": 1}}}, r"length >= 1 - at `key` in `\$.metadata`"),
        ({"metadata": {"k" * 257: {"value": 1}}}, r"length <= 256 - at `key` in `\$.metadata`"),
        ({"metadata": {"$set": {"value": 1}}}, r"'\$set' may not begin with '\$'"),
        ({"metadata": {"a.b": {"value": 1}}}, r"'a.b' may not begin with '\$' or contain '.'"),
        ({"metadata": {"a\0b": {"value": 1}}}, r"contain '.' or NUL"),
        ({"metadata": {"a": 1}}, r"Expected `object`, got `int` - at `\$.metadata\[...\]`"),
        ({"metadata": {"a": {}}}, r"missing required field `value`"),
        ({"metadata": {"a": {"value": {"b": 1}}}}, r"got `object`"),
        ({"metadata": {"a": {"value": [[1]]}}}, r"got `array`"),
        ({"metadata": {"a": {"value": 2**63}}}, r"<= 9223372036854775807"),
        ({"metadata": {"a": {"value": [-(2**63) - 1]}}}, r">= -9223372036854775808"),
        ({"metadata": {"a": {"value": 1, "units": "mm"}}}, r"unknown field `units`"),
        ({"metadata": {"a": {"value": 1, "unit": "m" * 65}}}, r"length <= 64"),
        ({"files": [{"path": "a", "size": -1, "time": "2026-11-21T10:00:00Z"}]}, r">= 0 - at `\$.files\[0\].size`"),
        ({"files": [{"path": "", "size": 1, "time": "2026-11-21T10:00:00Z"}]}, r"at `\$.files\[0\].path`"),
        ({"files": [{"path": "a", "size": 1}]}, r"missing required field `time`"),
        ({"colour": "red"}, r"unknown field `colour`"),
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
        (b"null", "Expected `object`, got `null`"),
        (b"[]", "Expected `object`, got `array`"),
        (b"{}", "missing required field `kind`"),
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
