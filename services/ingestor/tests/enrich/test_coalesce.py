"""Messages of one scan may be put together in any way: the catalogue ends the same."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from beamlore.contract import (
    File,
    MetadataValue,
    ScanAborted,
    ScanFinished,
    ScanMessage,
    ScanStarted,
    ScanUpdated,
    place,
    place_of,
)
from beamlore.ingestor.enrich.models import Item
from beamlore.ingestor.enrich.service import ABORT_REASON, NOTHING_BEFORE, coalesce, make_item

START = datetime(2026, 5, 1, tzinfo=UTC)
KEYS = ["energy", "current", "slit"]

metadata = st.dictionaries(st.sampled_from(KEYS), st.builds(MetadataValue, st.integers(0, 99)))
files = st.lists(st.builds(File, st.sampled_from(["a.h5", "b.h5"]), st.integers(0, 9), st.just(START)), max_size=2)


@st.composite
def messages(draw: st.DrawFn) -> ScanMessage:
    sequence = draw(st.integers(0, 6))
    header: dict[str, Any] = {
        "pid": "test/1",
        "sequence": sequence,
        "beamline": "balder",
        "proposal": "20260101",
        "command": f"ascan {sequence}",
        "start": START,
        "path": "/data",
        "sent": START + timedelta(seconds=sequence),
        "metadata": draw(metadata),
        "files": draw(files),
        "points": draw(st.none() | st.integers(0, 9)),
        "number": draw(st.none() | st.integers(0, 9)),
    }
    kind = draw(st.sampled_from([ScanStarted, ScanUpdated, ScanUpdated, ScanFinished, ScanAborted]))
    if kind in (ScanFinished, ScanAborted):
        header["end"] = START + timedelta(minutes=sequence)
    return kind(**header)


def apply(stored: dict[str, Any], item: Item) -> None:
    """Do what the catalogue's batch route promises for an item."""
    if stored and place(item.state, item.sequence) <= place(stored["state"], stored["sequence"]):
        return
    stored["sequence"] = item.sequence
    stored["state"] = item.state
    stored["metadata"] = item.metadata if item.metadata_complete else {**stored.get("metadata", {}), **item.metadata}
    said = {
        "files": item.files or None,
        "points": item.points,
        "number": item.number,
        "end": item.dataset.end_time,
        "command": item.command,
        "size": item.dataset.size,
        "sent": item.sent,
    }
    stored.update({name: value for name, value in said.items() if value is not None})


@given(st.lists(messages(), min_size=1, max_size=10), st.sets(st.integers(1, 9)))
def test_any_split_into_batches_ends_the_same(proposal, sequence, cuts):
    one_by_one: dict[str, Any] = {}
    for message in sequence:
        apply(one_by_one, make_item(coalesce([message]), proposal, with_details=False))

    in_batches: dict[str, Any] = {}
    written = NOTHING_BEFORE
    edges = [0, *sorted(cut for cut in cuts if cut < len(sequence)), len(sequence)]
    for begin, end in itertools.pairwise(edges):
        story = coalesce(sequence[begin:end], written)
        written = max(written, place_of(story.newest))
        apply(in_batches, make_item(story, proposal, with_details=False))

    assert in_batches == one_by_one


@given(st.lists(messages(), min_size=1, max_size=6))
def test_messages_read_again_change_nothing(proposal, sequence):
    stored: dict[str, Any] = {}
    for message in sequence:
        apply(stored, make_item(coalesce([message]), proposal, with_details=False))
    before = dict(stored)

    apply(stored, make_item(coalesce(sequence), proposal, with_details=False))

    assert stored == before


def test_item_carries_what_the_user_office_knows(scan, proposal):
    item = make_item(coalesce([scan.finished(scan.pid(), 3, number=12, sample="Fe-3")]), proposal, with_details=True)

    assert item.state == "finished"
    assert item.dataset.owner_group == "proposal:20260101"
    assert item.dataset.instrument_group == "beamline:balder:staff"
    assert item.dataset.owner == "Ada Lovelace; Bo Andersson"
    assert item.dataset.owner_email == "ada@facility.example; bo@facility.example"
    assert item.dataset.contact_email == "ada@facility.example"
    assert item.dataset.principal_investigators == ["Ada Lovelace"]
    assert item.dataset.description == "Ligands of iron"
    assert item.dataset.size == 1000
    assert item.dataset.number_of_files == 1
    assert item.dataset.run_number == "12"
    assert item.dataset.sample_ids == ["Fe-3"]
    assert item.proposal_details is not None
    assert item.proposal_details.abstract == "Where they sit."


def test_reason_of_an_abort_is_kept_beside_the_metadata(scan, proposal):
    item = make_item(coalesce([scan.aborted(scan.pid(), 2)]), proposal, with_details=False)

    assert item.state == "aborted"
    assert item.metadata[ABORT_REASON].value == "beam lost"
    assert item.metadata["energy"].value == 7002.0
    assert item.metadata_complete


def test_very_many_members_are_named_as_far_as_the_catalogue_takes_them(scan, proposal):
    import msgspec

    from beamlore.ingestor.proposals.models import Person

    crowd = [Person(f"u{number}", f"Member Number {number}", f"u{number}@facility.example") for number in range(500)]
    item = make_item(
        coalesce([scan.started(scan.pid())]), msgspec.structs.replace(proposal, members=crowd), with_details=False
    )

    assert 4000 < len(item.dataset.owner) <= 4096
    assert item.dataset.owner.startswith("Ada Lovelace; Member Number 0; ")
    assert item.dataset.owner.rpartition("; ")[2].startswith("Member Number ")


def test_times_of_a_clock_ahead_are_corrected_and_kept(scan, proposal):
    ahead = timedelta(hours=2)
    message = scan.finished(scan.pid(), 3, start=scan.start + ahead, end=scan.start + ahead + timedelta(minutes=1))

    item = make_item(coalesce([message]), proposal, with_details=False, ahead=ahead)

    assert (item.dataset.start_time, item.dataset.end_time) == (scan.start, scan.start + timedelta(minutes=1))
    assert item.clock_ahead == 7200.0
    assert item.metadata["reported_start"].value == message.start.isoformat()
    assert item.metadata["reported_end"].value == message.end.isoformat()
    assert item.metadata["energy"].value == 7003.0
