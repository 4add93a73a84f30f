"""Every message is catalogued or in the inbox, whatever is down meanwhile."""

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beamlore.contract import File, MetadataValue, encode_message, place

INBOX = "/api/ingestor/v1/inbox"


async def test_scan_appears_grows_and_finishes(facility, ingestor, scan, make):
    pid = scan.pid()

    await facility.produce(make("started", pid, 0, number=7))
    running = await facility.scan(pid, state="running")
    await facility.produce(make("updated", pid, 1, points=5), make("finished", pid, 2, points=10))
    done = await facility.scan(pid, state="finished")

    assert running["metadata"] == {"energy": {"value": 7000.0, "unit": "eV"}}
    assert done["metadata"] == {"energy": {"value": 7002.0, "unit": "eV"}}
    assert (done["number"], done["points"], done["numberOfFiles"], done["size"]) == (7, 10, 1, 1000)
    assert (done["proposal"], done["beamline"]) == (facility.proposal, facility.beamline)


async def test_updates_that_come_twice_or_late_change_nothing(facility, ingestor, scan, make):
    pid, after = scan.pid(), scan.pid()
    await facility.produce(make("started", pid, 0), make("finished", pid, 5))
    done = await facility.scan(pid, state="finished")

    late = make("updated", pid, 3, metadata={"energy": MetadataValue(0.0), "late": MetadataValue(1)})
    await facility.produce(late, make("finished", pid, 5, points=99), make("started", pid, 0))
    await facility.produce(make("started", after), key=pid)
    await facility.scan(after)

    assert await facility.scan_now(pid) == done


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"proposal": "29991231"}, "unknown-proposal"),
        ({"proposal": "no such thing/.."}, "unknown-proposal"),
        ({"proposal": "elsewhere"}, "proposal-of-other-beamline"),
        ({"proposal": "past"}, "outside-proposal-dates"),
        ({"beamline": "other"}, "wrong-beamline"),
        ({"metadata": {"big": MetadataValue("x" * 70_000)}}, "too-big"),
        ({"sequence": -1}, "invalid-message"),
        ({"start": datetime.now(UTC) + timedelta(days=2)}, "clock-ahead"),
    ],
)
async def test_message_that_cannot_be_catalogued_goes_to_the_inbox(facility, ingestor, scan, make, changes, reason):
    names = {"elsewhere": facility.proposal_elsewhere, "past": facility.past_proposal, "other": facility.other_beamline}
    changes = {name: names.get(value, value) if isinstance(value, str) else value for name, value in changes.items()}
    message = make("started", scan.pid(), **changes)

    [item_id] = await facility.produce(message)
    item = await ingestor.inbox(item_id)

    assert (item["reason"], item["state"], item["beamline"]) == (reason, "open", facility.beamline)
    assert item["text"]
    assert item["message"] == encode_message(message).decode()
    assert await facility.scan_now(message.pid) is None


async def test_scan_of_a_clock_ahead_is_taken_and_marked(facility, ingestor, scan, make):
    now = datetime.now(UTC)
    message = make("started", scan.pid(), start=now + timedelta(hours=2), sent=now + timedelta(hours=2))

    await facility.produce(message)
    found = await facility.scan(message.pid)

    assert 7000 < found["clockAhead"] <= 7200
    assert now <= datetime.fromisoformat(found["start"]) < now + timedelta(minutes=10)
    assert found["metadata"]["reported_start"]["value"] == message.start.isoformat()


async def test_scan_with_unfit_entries_is_catalogued_without_them(facility, ingestor, scan, make):
    message = make("finished", scan.pid(), 1, command="c" * 5000)
    content = msgspec.json.decode(encode_message(message))
    content["metadata"] |= {
        "big": {"value": 2**64},
        "image": {"value": [[1], [2]]},
        "a.b": {"value": 1, "unit": "u" * 65},
        "nul": {"value": "a\0b"},
    }

    await facility.produce(
        json.dumps(content).encode().replace(b'"image": {"value": [[1], [2]]}', b'"image": {"value": NaN}')
    )
    found = (await facility.scan(message.pid))["metadata"]

    assert found["big"]["value"] == float(2**64)
    assert found["image"]["reason"] == "not a number"
    assert found["a_b"]["value"] == 1
    assert found["nul"]["value"] == "a\0b"
    assert found["energy"]["value"] == 7001.0


@pytest.mark.parametrize(
    "content", [b"{broken", b"\xff\xfe\x00", None, b"[" * 20_000], ids=["cut", "bytes", "none", "deep"]
)
async def test_what_is_no_message_is_kept_byte_for_byte(facility, ingestor, content):
    [item_id] = await facility.produce(content)
    item = await ingestor.inbox(item_id)

    topic, partition, offset, _ = item_id.rsplit("-", 3)
    assert item["reason"] == "invalid-message"
    assert (item["topic"], item["partition"], item["offset"]) == (topic, int(partition), int(offset))
    assert item["key"] == "key"
    assert item["headers"] == [{"name": "from", "value": "dGVzdA=="}]
    assert (item["bytes"] is None) == (content is None)
    if content is not None:
        assert base64.b64decode(item["bytes"]) == content


async def test_other_schema_version_goes_to_the_inbox(facility, ingestor, scan, make):
    content = msgspec.json.decode(encode_message(make("started", scan.pid()))) | {"schemaVersion": 2}

    [item_id] = await facility.produce(msgspec.json.encode(content))

    assert (await ingestor.inbox(item_id))["reason"] == "unsupported-schema-version"


async def test_pid_of_another_proposal_goes_to_the_inbox_and_the_scan_stays(facility, ingestor, scan, make):
    pid = scan.pid()
    await facility.produce(make("finished", pid, 1))
    done = await facility.scan(pid)

    ids = await facility.produce(
        make("started", pid, 2, proposal=facility.other_proposal),
        make("updated", pid, 3, proposal=facility.other_proposal),
    )

    assert [(await ingestor.inbox(item_id))["reason"] for item_id in ids] == ["pid-of-other-proposal"] * 2
    assert await facility.scan_now(pid) == done


async def test_rest_of_the_batch_goes_on(facility, start_ingestor, scan, make):
    good = [scan.pid() for _ in range(20)]
    messages = [make("finished", pid, 1) for pid in good]
    messages[5:5] = [b"{", make("started", scan.pid(), proposal="29991231"), make("started", good[0], 9)]
    messages.append(make("started", good[3], 9, proposal=facility.other_proposal))
    ids = await facility.produce(*messages)

    async with start_ingestor() as ingestor:
        for number in (5, 6, 23):
            await ingestor.inbox(ids[number])
        # Also the first, though a message that tells of no end came after it.
        for pid in good:
            await facility.scan(pid, state="finished")


async def test_what_the_catalogue_never_takes_holds_up_nobody(facility, ingestor, scan, make):
    good, bad = [scan.pid() for _ in range(10)], scan.pid()
    messages = [make("finished", pid, 1) for pid in good]
    # Each file is of a size the contract allows; of all together the catalogue cannot keep the size exactly.
    messages.insert(4, make("started", bad, files=[File(f"{one}.h5", 2**53, scan.start) for one in "abc"]))

    ids = await facility.produce(*messages)

    assert (await ingestor.inbox(ids[4]))["reason"] == "refused-by-catalogue"
    for pid in good:
        await facility.scan(pid, state="finished")


async def test_scan_that_grows_beyond_what_the_database_keeps_holds_up_nobody(facility, start_ingestor, scan, make):
    grown, other = scan.pid(), scan.pid()
    # About 0.5 MB each as JSON and 6 MB as BSON, which names every element of a list: the third does not fit.
    updates = [
        make("updated", grown, number, metadata={f"spectrum_{number}": MetadataValue([1] * 480_000)})
        for number in range(3)
    ]
    async with start_ingestor(max_message_bytes=1024**2, batch_messages=1) as ingestor:
        await facility.produce(*updates[:2])
    async with start_ingestor(max_message_bytes=1024**2, failing_seconds=0, failing_alone_seconds=0) as ingestor:
        [last, _] = await facility.produce(updates[2], make("finished", other, 1))

        assert (await ingestor.inbox(last))["reason"] == "refused-by-catalogue"
        await facility.scan(other, state="finished")


async def test_new_beamlines_topic_is_found(facility, ingestor, scan, make):
    beamline = f"c{secrets.token_hex(4)}"
    await facility.make_topics(beamline)

    [item_id] = await facility.produce(make("started", scan.pid(), beamline=beamline), beamline=beamline)

    assert (await ingestor.inbox(item_id))["reason"] == "proposal-of-other-beamline"


async def test_useroffice_down_loses_nothing_and_the_health_says_so(facility, start_ingestor, scan, make, eventually):
    pids = [scan.pid() for _ in range(5)]
    async with start_ingestor() as ingestor:
        await facility.faults(mode="down")
        try:
            await facility.produce(*(make("finished", pid, 1) for pid in pids))

            async def down():
                useroffice = (await ingestor.health())["useroffice"]
                return not useroffice["ok"] and "503" in useroffice["detail"]

            await eventually(down)
            assert [await facility.scan_now(pid) for pid in pids] == [None] * 5
            assert (await ingestor.get("/health/ready")).status_code == 200, "its inbox stays within reach"
            assert (await ingestor.get("/api/ingestor/v1/inbox")).status_code == 200
        finally:
            await facility.faults(mode="none")

        for pid in pids:
            await facility.scan(pid, state="finished")
        await eventually(lambda: _all_ok(ingestor))


async def test_known_proposals_scans_do_not_wait_for_the_useroffice(facility, start_ingestor, scan, make):
    first, second = scan.pid(), scan.pid()
    async with start_ingestor(proposal_ttl_seconds=0):
        await facility.produce(make("finished", first, 1))
        await facility.scan(first)
        await facility.faults(mode="down")
        try:
            await facility.produce(make("finished", second, 1))
            await facility.scan(second, state="finished")
        finally:
            await facility.faults(mode="none")


async def test_catalogue_down_loses_nothing_and_the_health_says_so(facility, ingestor, scan, make, eventually):
    pids = [scan.pid() for _ in range(5)]
    facility.catalogue.kill()
    try:
        ids = await facility.produce(*(make("finished", pid, 1) for pid in pids), b"{")

        async def down():
            return not (await ingestor.health())["catalogue"]["ok"]

        await eventually(down)
    finally:
        await facility.catalogue.start()

    for pid in pids:
        await facility.scan(pid, state="finished")
    await ingestor.inbox(ids[-1])
    await eventually(lambda: _all_ok(ingestor))


async def test_topics_read_again_from_the_beginning_change_nothing(facility, start_ingestor, scan, make, eventually):
    pid = scan.pid()
    async with start_ingestor() as ingestor:
        [discarded, *_] = await facility.produce(b"{", make("started", pid, 0), make("finished", pid, 2))
        await ingestor.inbox(discarded)
        await ingestor.post(f"{INBOX}/{discarded}/discard", {"reason": "a trial"})
        done = await facility.scan(pid, state="finished")
        before = (await ingestor.get(INBOX, beamline=facility.beamline, limit=500)).json()

    async with start_ingestor(consumer_group=f"{facility.group}-again") as ingestor:
        [last] = await facility.produce(b"the last", beamline=facility.beamline)
        await ingestor.inbox(last)

        async def all_read():
            text = (await ingestor.get("/metrics")).text
            lines = [line for line in text.splitlines() if line.startswith("beamlore_ingestor_lag_messages{")]
            return lines and all(line.endswith(" 0.0") for line in lines)

        await eventually(all_read)
        after = (await ingestor.get(INBOX, beamline=facility.beamline, limit=500)).json()

    assert await facility.scan_now(pid) == done
    known = {item["id"] for item in before["items"]}
    assert discarded in known
    assert [item for item in after["items"] if item["id"] in known] == before["items"]


kinds = st.sampled_from(["started", "updated", "updated", "finished", "aborted"])
steps = st.lists(
    st.tuples(kinds, st.integers(0, 6), st.dictionaries(st.sampled_from("abc"), st.integers(0, 9))),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("batch", [1, 3, 500])
async def test_any_split_into_batches_ends_the_same(facility, start_ingestor, scan, make, batch):
    stories: dict[str, list] = {}

    @settings(max_examples=12, database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(steps)
    def tell(story):
        stories[scan.pid()] = story

    tell()
    for pid, story in stories.items():
        for kind, sequence, values in story:
            entries = {key: MetadataValue(value) for key, value in values.items()}
            later = {"metadata": entries, "sent": scan.start + timedelta(seconds=sequence)}
            await facility.produce(make(kind, pid, sequence, **later))
    end = scan.pid()
    await facility.produce(*(make("started", f"{end}-{number}") for number in range(20)))

    async with start_ingestor(batch_messages=batch):
        for number in range(20):
            await facility.scan(f"{end}-{number}")

        for pid, story in stories.items():
            found = await facility.scan(pid)
            assert {key: entry["value"] for key, entry in found["metadata"].items() if key in "abc"} == _told(story)
            assert found["state"] == _last_state(story)


def _applied(story):
    """The messages that count when each is catalogued by itself."""
    highest = (False, -1)
    for kind, sequence, values in story:
        if (reached := place(kind, sequence)) > highest:
            highest = reached
            yield kind, values


def _told(story):
    told = {}
    for kind, values in _applied(story):
        told = dict(values) if kind in ("finished", "aborted") else {**told, **values}
    return told


def _last_state(story):
    [*_, (kind, _)] = _applied(story)
    return kind if kind in ("finished", "aborted") else "running"


async def _all_ok(ingestor):
    return all(component["ok"] for component in (await ingestor.health()).values())
