"""The bounded queue between the hub and a reader."""

from hypothesis import given
from hypothesis import strategies as st

from beamlore.catalogue.live.position import Position, Recent, parse_position
from beamlore.catalogue.live.subscriber import LiveEvent, LiveFilter, Subscriber
from beamlore.core import ANONYMOUS


async def test_a_slow_reader_is_told_to_load_again_and_then_goes_on() -> None:
    reader = Subscriber(ANONYMOUS, LiveFilter(), size=3)
    for number in range(5):
        reader.put(LiveEvent("scan", str(number), "{}"))
    events = [await reader.get(), await reader.get()]
    assert [(event.kind, event.id) for event in events] == [("reset", "3"), ("scan", "4")]


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


@given(st.integers(0, 10**15 - 1), st.integers(0, 10**15 - 1))
def test_positions_are_read_as_they_are_written(number: int, milliseconds: int) -> None:
    position = Position("0123abcd", number, milliseconds)
    assert parse_position(str(position)) == position
