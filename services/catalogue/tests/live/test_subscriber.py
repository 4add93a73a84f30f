"""The bounded queue between the hub and a reader."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.catalogue.live.position import Position, Recent, parse_position
from beamlore.catalogue.live.proof import StreamProof
from beamlore.catalogue.live.reader import LiveEvent
from beamlore.catalogue.live.subscriber import LiveFilter, Subscriber
from beamlore.core import ANONYMOUS, Principal, UnauthenticatedError


async def test_a_slow_reader_is_told_to_load_again_and_then_goes_on() -> None:
    reader = subscriber(ANONYMOUS, size=3)
    for number in range(5):
        reader.put(LiveEvent("scan", str(number), "{}"))
    assert await sent(reader) == [("reset", "3"), ("scan", "4")]


async def test_removed_scan_is_not_sent_before_its_removal() -> None:
    reader = subscriber(ANONYMOUS)
    for pid in ("a", "b", "a"):
        reader.put(LiveEvent("scan", pid, "{}", pid))
    reader.remove(LiveEvent("removed", "r", "{}", "a"))
    assert await sent(reader) == [("scan", "b"), ("removed", "r")]


async def test_what_waits_is_not_sent_once_rights_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beamlore.catalogue.live.proof.CHECK_SECONDS", 0)
    reader = subscriber(replace(ANONYMOUS, groups=frozenset({"a"})), proves=ANONYMOUS)
    reader.put(LiveEvent("scan", "1", "{}"))
    assert await sent(reader) == [("reset", None)]


async def test_nothing_that_waits_is_sent_once_the_token_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beamlore.catalogue.live.proof.CHECK_SECONDS", 0)
    reader = subscriber(ANONYMOUS, proves=None)
    reader.put(LiveEvent("scan", "1", "{}"))
    assert await sent(reader) == []


def subscriber(principal: Principal, size: int = 10, proves: Principal | None = ANONYMOUS) -> Subscriber:
    async def prove() -> Principal:
        if proves is None:
            raise UnauthenticatedError("revoked")
        return proves

    return Subscriber(StreamProof(principal, prove), LiveFilter(), size)


async def sent(reader: Subscriber) -> list[tuple[str, str | None]]:
    """What a reader sends, ended by what waits."""
    reader.end()
    return [(event.kind, event.id) async for event in reader.events() if event is not None]


@given(st.lists(st.text("abc", min_size=1, max_size=2)), st.integers(0, 60))
def test_recent_changes_are_known_or_said_to_be_unknown(pids: list[str], number: int) -> None:
    recent = Recent(10)
    for pid in pids:
        recent.add(pid)
    found = recent.after(number)
    if number > len(pids) or len(pids) - number > 10:
        assert found is None
    else:
        assert found == list(dict.fromkeys(pids[number:]))


@given(st.integers(0, 10**15 - 1), st.integers(0, 253_370_764_800_000))
def test_positions_are_read_as_they_are_written(number: int, milliseconds: int) -> None:
    position = Position("0123abcd", number, milliseconds)
    assert parse_position(str(position)) == position


def test_position_in_no_year_is_not_one_of_ours() -> None:
    assert parse_position(f"0123abcd.1.{10**15 - 1}") is None
