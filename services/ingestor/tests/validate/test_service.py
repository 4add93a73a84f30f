"""What is wrong with a message is said with a code and in words."""

import json
from datetime import datetime, timedelta, timezone

import msgspec
import pytest

from beamlore.contract import MetadataValue, encode_message
from beamlore.ingestor.validate.models import Reason, RejectedError
from beamlore.ingestor.validate.service import check_proposal, clock_ahead, read

LIMIT = 1024**2
WEEK = timedelta(days=7)


def reason_of(call, *arguments):
    with pytest.raises(RejectedError) as caught:
        call(*arguments)
    assert caught.value.text
    return caught.value.reason


def test_message_of_its_own_beamline_is_read(scan):
    message = scan.started(scan.pid())

    assert read(scan.record(message), LIMIT) == message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"kind": "started"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"kind":"x","pid":' + b"[" * 9000,
    ],
    ids=["empty", "cut", "null", "list", "no header", "not UTF-8", "deep", "deep field"],
)
def test_what_is_no_scan_message_is_rejected(scan, content):
    assert reason_of(read, scan.record(content), LIMIT) is Reason.INVALID_MESSAGE


def test_message_without_content_is_rejected(scan):
    assert reason_of(read, scan.record(None), LIMIT) is Reason.INVALID_MESSAGE


def test_other_schema_version_is_rejected_as_such(scan):
    content = msgspec.json.decode(encode_message(scan.started(scan.pid()))) | {"schemaVersion": 7, "newField": 1}

    assert reason_of(read, scan.record(msgspec.json.encode(content)), LIMIT) is Reason.UNSUPPORTED_VERSION


def test_big_message_is_rejected_unread(scan):
    assert reason_of(read, scan.record(b"x" * 2000), 1999) is Reason.TOO_BIG


def test_message_by_another_beamlines_topic_is_rejected(scan):
    assert reason_of(read, scan.record(scan.started(scan.pid()), "cosaxs"), LIMIT) is Reason.WRONG_BEAMLINE


@pytest.mark.parametrize(
    ("value", "read_as"), [(2**63 - 1, 2**63 - 1), (2**63, 2.0**63), (10**30, 1e30), (10**400, None)]
)
def test_integer_that_the_database_cannot_hold_costs_not_the_scan(scan, value, read_as):
    message = scan.started(scan.pid(), metadata={"id": MetadataValue(value), "ids": MetadataValue([1, value])})

    found = read(scan.record(json.dumps(msgspec.to_builtins(message), default=str).encode()), LIMIT)

    assert (found.pid, found.start, found.command) == (message.pid, message.start, message.command)
    assert found.metadata["id"].value == read_as
    assert found.metadata["ids"].value == [1, read_as]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_time_that_has_no_equal_in_utc_is_rejected(scan, time):
    message = scan.finished(scan.pid(), 1, end=datetime.fromisoformat(time))

    assert reason_of(read, scan.record(message), LIMIT) is Reason.INVALID_MESSAGE


def test_unknown_proposal_is_rejected(scan):
    assert reason_of(check_proposal, scan.started(scan.pid()), None, WEEK) is Reason.UNKNOWN_PROPOSAL


def test_proposal_of_another_beamline_is_rejected(scan, proposal):
    message = scan.started(scan.pid(), beamline="cosaxs")

    assert reason_of(check_proposal, message, proposal, WEEK) is Reason.PROPOSAL_OF_OTHER_BEAMLINE


@pytest.mark.parametrize(
    ("days", "taken"),
    [(-17.01, False), (-16.99, True), (0, True), (16.99, True), (17.01, False)],
)
def test_scan_may_start_outside_its_proposals_dates_within_the_grace(scan, proposal, days, taken):
    message = scan.started(scan.pid(), start=scan.start + timedelta(days=days))

    if taken:
        assert check_proposal(message, proposal, WEEK) is proposal
    else:
        assert reason_of(check_proposal, message, proposal, WEEK) is Reason.OUTSIDE_PROPOSAL_DATES


def test_without_grace_the_dates_are_the_dates(scan, proposal):
    message = scan.started(scan.pid(), start=scan.start + timedelta(days=10, seconds=1))

    assert reason_of(check_proposal, message, proposal, timedelta()) is Reason.OUTSIDE_PROPOSAL_DATES


TAKEN, MOST = timedelta(minutes=5), timedelta(days=1)


@pytest.mark.parametrize("kind", ["started", "finished"])
@pytest.mark.parametrize(
    ("ahead", "corrected"),
    [
        (timedelta(days=-9000), False),
        (timedelta(), False),
        (timedelta(minutes=5), False),
        (timedelta(minutes=5, seconds=1), True),
        (timedelta(days=1), True),
        (timedelta(days=1, seconds=1), None),
        (timedelta(days=4000), None),
    ],
)
def test_clock_ahead_is_taken_corrected_or_refused(scan, kind, ahead, corrected):
    now = scan.start
    zone = timezone(timedelta(hours=-9))
    times = {"start": (now + ahead).astimezone(zone), "sent": now}
    if kind == "finished":
        times = {"start": now, "sent": now, "end": (now + ahead).astimezone(zone)}
    message = getattr(scan, kind)(scan.pid(), 1, **times)

    if corrected is None:
        assert reason_of(clock_ahead, message, now, TAKEN, MOST) is Reason.CLOCK_AHEAD
    else:
        assert clock_ahead(message, now, TAKEN, MOST) == (ahead if corrected else timedelta())
