"""Batches, on a real replica set."""

import asyncio
import itertools
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import quote

import httpx
import hypothesis
import pytest
from hypothesis import strategies as st

from ..conftest import BATCH, SCANS, Served
from ..scan_items import START, item


async def write(client: httpx.AsyncClient, *items: dict[str, Any]) -> list[str]:
    """Write items; return their outcomes."""
    answer = await client.post(BATCH, json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    assert answer.json()["durability"]["level"] == "majority"
    return [one["outcome"] for one in answer.json()["results"]]


async def scan(client: httpx.AsyncClient, pid: str) -> dict[str, Any]:
    answer = await client.get(f"{SCANS}/{quote(pid, safe='')}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_scan_is_created_grows_and_ends(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    pid = item()["pid"]
    assert await write(ingestor, item(pid=pid, sequence=1)) == ["created"]
    grown = item(pid=pid, sequence=2, points=3, metadata={"temperature": {"value": 20, "unit": "degC"}})
    assert await write(ingestor, grown) == ["updated"]
    between = await scan(ingestor, pid)
    assert between["state"] == "running"
    assert set(between["metadata"]) == {"energy", "temperature"}
    ended = item(
        pid=pid,
        sequence=3,
        state="finished",
        metadata={"energy": {"value": 7.2, "unit": "keV"}},
        metadataComplete=True,
        dataset={"endTime": (START + timedelta(minutes=1)).isoformat(), "numberOfFiles": 1, "size": 5},
        files=[{"path": "scan.h5", "size": 5, "time": START.isoformat()}],
    )
    assert await write(ingestor, ended) == ["updated"]
    final = await scan(ingestor, pid)
    assert final["state"] == "finished"
    assert final["metadata"] == {"energy": {"value": 7.2, "unit": "keV"}}
    assert final["version"] > between["version"]
    assert final["sequence"] == 3


async def test_writing_again_changes_nothing(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    first, second = item(sequence=1), item(sequence=4)
    assert await write(ingestor, first, second) == ["created", "created"]
    before = await scan(ingestor, second["pid"])
    late = item(pid=second["pid"], sequence=3, metadata={"energy": {"value": 0}})
    assert await write(ingestor, first) == ["unchanged"]
    assert await write(ingestor, late) == ["unchanged"]
    assert await scan(ingestor, second["pid"]) == before


async def test_a_pid_of_another_proposal_is_rejected_and_the_rest_goes_on(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    mine = item("20260101")
    await write(ingestor, mine)
    stolen = item("20260102", pid=mine["pid"], sequence=9)
    answer = await ingestor.post(BATCH, json={"items": [stolen, item()]})
    outcomes = answer.json()["results"]
    assert [one["outcome"] for one in outcomes] == ["rejected", "created"]
    assert "another proposal" in outcomes[0]["reason"]
    assert (await scan(ingestor, mine["pid"]))["proposal"] == "20260101"


async def test_the_same_first_message_at_the_same_moment_is_stored_once(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    one = item()
    outcomes = await asyncio.gather(*(write(ingestor, one) for _ in range(8)))
    assert sorted(outcome for (outcome,) in outcomes) == ["created"] + ["unchanged"] * 7


async def test_messages_of_one_scan_at_the_same_moment_leave_the_newest(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    pid = item()["pid"]
    await asyncio.gather(*(write(ingestor, item(pid=pid, sequence=number, points=number)) for number in range(1, 12)))
    assert (await scan(ingestor, pid))["points"] == 11


async def test_interrupted_closes_only_a_scan_of_which_nothing_was_heard(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    pid = item()["pid"]
    await write(ingestor, item(pid=pid, sequence=2))
    closing = {"pid": pid, "sequence": 1, "state": "interrupted", "proposal": "20260101"}
    assert await write(ingestor, closing) == ["unchanged"]
    assert await write(ingestor, closing | {"sequence": 2}) == ["updated"]
    assert (await scan(ingestor, pid))["state"] == "interrupted"
    assert await write(ingestor, closing | {"sequence": 2}) == ["unchanged"]
    assert await write(ingestor, item(pid=pid, sequence=3, state="finished")) == ["updated"]


async def test_a_message_never_changes_who_may_see_a_scan(served: Served) -> None:
    ingestor, ada = await served.as_("ingestor"), await served.as_("ada")
    pid = item()["pid"]
    await write(ingestor, item(pid=pid, sequence=1))
    published = item(pid=pid, sequence=2, dataset={"isPublished": True, "ownerGroup": "proposal:20260102"})
    await write(ingestor, published)
    assert (await scan(ada, pid))["sequence"] == 2
    assert (await (await served.as_("bo")).get(f"{SCANS}/{quote(pid, safe='')}")).status_code == 404


async def test_files_are_one_block_and_are_replaced_as_a_whole(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    blocks = served.app.state.catalogue.database["OrigDatablock"]
    one = item(sequence=1, files=[{"path": "a.h5", "size": 1, "time": START.isoformat()}])
    two = item(
        pid=one["pid"],
        sequence=2,
        files=[{"path": name, "size": 2, "time": START.isoformat()} for name in ("a.h5", "b.h5")],
    )
    await write(ingestor, one)
    await write(ingestor, two)
    await write(ingestor, one)
    (block,) = await blocks.find({"datasetId": one["pid"]}).to_list()
    assert [file["path"] for file in block["dataFileList"]] == ["a.h5", "b.h5"]
    assert block["size"] == 4


async def test_files_that_were_not_written_before_a_crash_are_written_by_the_repetition(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    blocks = served.app.state.catalogue.database["OrigDatablock"]
    one = item(files=[{"path": "a.h5", "size": 1, "time": START.isoformat()}])
    await write(ingestor, one)
    await blocks.delete_many({})
    assert await write(ingestor, one) == ["unchanged"]
    assert await blocks.count_documents({"datasetId": one["pid"]}) == 1


async def test_a_dataset_somebody_made_before_is_taken_over(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    one = item()
    made = {
        name: one["dataset"][name]
        for name in ("ownerGroup", "owner", "contactEmail", "sourceFolder", "creationTime", "datasetName", "type")
    } | {"pid": one["pid"], "proposalIds": ["20260101"]}
    answer = await ingestor.post("/api/v4/datasets", json=made)
    assert answer.status_code == 201, answer.text
    assert await write(ingestor, one) == ["updated"]
    assert (await scan(ingestor, one["pid"]))["sequence"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"metadata": {"a.b": {"value": 1}}},
        {"metadata": {"$a": {"value": 1}}},
        {"pid": "no slash"},
        {"dataset": {"proposalIds": ["other"]}},
    ],
)
async def test_what_cannot_be_stored_is_rejected_by_item(served: Served, wrong: dict[str, Any]) -> None:
    ingestor = await served.as_("ingestor")
    assert await write(ingestor, item(**wrong), item()) == ["rejected", "created"]


async def test_a_batch_that_is_not_one_is_refused_and_said_where(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    answer = await ingestor.post(BATCH, json={"items": [item() | {"sequence": "two"}]})
    assert answer.status_code == 422
    assert "sequence" in answer.json()["detail"]
    twice = item()
    assert (await ingestor.post(BATCH, json={"items": [twice, twice]})).status_code == 422


async def test_only_the_ingestor_writes_batches(served: Served) -> None:
    for person, status in (("ada", 403), ("staff", 403), (None, 401)):
        client = await served.as_(person)
        assert (await client.post(BATCH, json={"items": [item()]})).status_code == status


async def test_unavailable_entries_are_kept_as_such(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    one = item(metadata={"p": {"value": None, "available": False, "reason": "timeout", "source": "a/b/c/d"}})
    await write(ingestor, one)
    assert (await scan(ingestor, one["pid"]))["metadata"]["p"] == {
        "value": None,
        "available": False,
        "reason": "timeout",
        "source": "a/b/c/d",
    }


async def test_durability_is_told(served: Served) -> None:
    answer = await (await served.as_("ingestor")).get("/api/beamlore/v1/durability")
    assert answer.json()["level"] == "majority"
    assert ":" in answer.json()["term"]


def ended(pid: str, sequence: int, **more: Any) -> dict[str, Any]:
    end = (START + timedelta(minutes=sequence)).isoformat()
    return item(
        pid=pid,
        sequence=sequence,
        state="finished",
        metadataComplete=True,
        points=sequence,
        dataset={"endTime": end},
        **more,
    )


async def move(served: Served, pid: str, proposal: str) -> None:
    admin = await served.as_("admin")
    answer = await admin.patch(f"/api/v3/datasets/{quote(pid, safe='')}", json={"proposalId": proposal})
    assert answer.status_code == 200, answer.text


async def test_scan_moved_to_another_proposal_is_delivered_again_and_unchanged(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    running, done = item()["pid"], item()["pid"]
    await write(ingestor, item(pid=running), ended(done, 3))
    for pid in (running, done):
        await move(served, pid, "20260102")
    before = await scan(ingestor, done)

    assert await write(ingestor, item(pid=done), item(pid=running)) == ["unchanged", "unchanged"]
    assert await write(ingestor, ended(done, 3), ended(running, 5)) == ["unchanged", "updated"]

    assert await scan(ingestor, done) == before
    moved = await scan(ingestor, running)
    assert (moved["state"], moved["proposal"]) == ("finished", "20260102")
    # Still of nobody else.
    assert await write(ingestor, ended(done, 9, proposal="20260102")) == ["rejected"]


async def test_finished_scan_stays_finished_whatever_comes_after(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    pid = item()["pid"]
    file = {"path": "late.h5", "size": 5, "time": START.isoformat()}
    assert await write(ingestor, item(pid=pid, sequence=4)) == ["created"]
    assert await write(ingestor, ended(pid, 3)) == ["updated"]
    before = await scan(ingestor, pid)

    assert await write(ingestor, item(pid=pid, sequence=9, files=[file])) == ["unchanged"]

    assert await scan(ingestor, pid) == before
    assert before["state"] == "finished"
    blocks = await ingestor.get(f"/api/v3/datasets/{quote(pid, safe='')}/origdatablocks")
    assert blocks.json() == []


def _order_of(one: dict[str, Any]) -> tuple[bool, int]:
    return one["state"] != "running", one["sequence"]


def story_of(pid: str) -> list[dict[str, Any]]:
    grown = [
        item(pid=pid, sequence=number, points=number, metadata={f"k{number}": {"value": number}}) for number in range(4)
    ]
    return [*grown, item(pid=pid, sequence=8, points=8), ended(pid, 5), ended(pid, 6) | {"state": "aborted"}]


@hypothesis.settings(
    max_examples=3,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
@hypothesis.given(random=st.randoms(use_true_random=False))
async def test_final_state_is_a_function_of_what_was_delivered(served: Served, random: Random) -> None:
    ingestor = await served.as_("ingestor")
    deliveries = {}
    for _ in range(40):
        pid = item()["pid"]
        deliveries[pid] = random.choices(story_of(pid), k=random.randint(1, 10))

    # One message of each scan a request: reordered, repeated, and with some never delivered.
    for messages in itertools.zip_longest(*deliveries.values()):
        await write(ingestor, *(message for message in messages if message is not None))

    for pid, delivered in deliveries.items():
        last = max(delivered, key=_order_of)
        found = await scan(ingestor, pid)
        assert (found["state"], found["sequence"], found["points"]) == (
            last["state"],
            last["sequence"],
            last["sequence"],
        )
        assert ("end" in found) == (last["state"] != "running")
        if "end" in found:
            assert found["metadata"].keys() == {"energy"}
            assert found["end"].startswith(last["dataset"]["endTime"][:19])


async def test_scan_of_a_clock_ahead_stands_where_it_arrived(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    pid = item()["pid"]
    await write(ingestor, item(pid=pid, clockAhead=7200.0))
    late = item(pid=pid, sequence=2, state="finished", start=START + timedelta(hours=1))
    await write(ingestor, late)

    found = await scan(ingestor, pid)

    assert found["clockAhead"] == 7200.0
    assert found["start"].startswith("2026-03-01T12:00:00")


async def test_paths_that_lead_elsewhere_are_catalogued_escaped(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    sent = ["../../../etc/passwd", "scan\u202e5h.exe", "/data/balder/raw//a.h5", "/etc/passwd", "a\u0000b"]
    files = [{"path": path, "size": 1, "time": START.isoformat()} for path in sent]
    one = item(files=files, dataset={"sourceFolder": "/data/balder"})
    assert await write(ingestor, one) == ["created"]
    (block,) = await served.app.state.catalogue.database["OrigDatablock"].find({"datasetId": one["pid"]}).to_list()
    kept = ["%2E%2E/%2E%2E/%2E%2E/etc/passwd", "scan\\u202e5h.exe", "raw/a.h5", "%2Fetc/passwd", "a\\u0000b"]
    assert [file["path"] for file in block["dataFileList"]] == kept
    # SciCat's routes keep paths by the same rule.
    path = f"/api/v3/datasets/{quote(one['pid'], safe='')}"
    for answer in (
        await served.member_of("admin").post(f"{path}/origdatablocks", json={"size": 5, "dataFileList": files}),
        await served.member_of("admin").patch(f"/api/v3/origdatablocks/{block['_id']}", json={"dataFileList": files}),
    ):
        assert answer.is_success, answer.text
        assert [file["path"] for file in answer.json()["dataFileList"]] == kept


async def test_an_escaped_folder_is_kept_as_one(served: Served) -> None:
    ingestor = await served.as_("ingestor")
    one = item(dataset={"sourceFolder": "/data/../../etc\u202e"})
    assert await write(ingestor, one) == ["created"]
    assert (await scan(ingestor, one["pid"]))["path"] == "/data/%2E%2E/%2E%2E/etc\\u202e"


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"gap": {"value": 1}, "energy": {"value": {"deep": 1}}}, "items[0].metadata.energy.value: must be"),
        ({"gap": {"value": 1}, "energy": {"value": 1, "unit": 5}}, "items[0].metadata.energy.unit: must be text"),
        ({"energy": {"value": 2**63}}, "value: the integer 9223372036854775808 has more than 64 bits"),
        ({"energy": {"value": 2**64}}, "value: the integer 18446744073709551616 has more than 64 bits"),
    ],
)
async def test_a_wrong_entry_is_named(served: Served, metadata: dict[str, Any], said: str) -> None:
    answer = await (await served.as_("ingestor")).post(BATCH, json={"items": [item(metadata=metadata)]})
    assert answer.status_code in (400, 422)
    assert said in answer.json()["detail"]
    assert not any(word in answer.text for word in ("[...]", "$.", "value_error"))
