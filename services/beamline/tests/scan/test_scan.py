import asyncio
import math
from pathlib import Path

import numpy as np
import pytest

from beamlore.beamline.errors import ScanStateError, SpoolFullError
from beamlore.beamline.scan._metadata import complete
from beamlore.beamline.testing import RecordingProducer, StaticGatherer, recording_beamline
from beamlore.contract import MetadataValue, ScanAborted, ScanFinished, ScanStarted, ScanUpdated

ENERGY = MetadataValue(value=7112.0, unit="eV", name="Photon energy", source="sim/balder/mono/energy")
MISSING = MetadataValue(value=None, name="Current", available=False, reason="did not answer")


def scan_of(beamline, tmp_path, **more):
    return beamline.scan("ascan mot01 0 1 10 0.1", proposal="20260101", path=tmp_path, **more)


async def test_scan_is_told_from_start_to_end(tmp_path):
    async with (
        recording_beamline("balder", tmp_path, {"energy": ENERGY}) as (beamline, producer),
        scan_of(beamline, tmp_path, number=7, sample="Fe foil", points_planned=11) as scan,
    ):
        await scan.update(points=5, metadata={"note": "halfway"})
        await scan.update(points=11)
    started, first, second, finished = producer.messages
    assert [type(one) for one in producer.messages] == [ScanStarted, ScanUpdated, ScanUpdated, ScanFinished]
    assert [one.sequence for one in producer.messages] == [1, 2, 3, 4]
    assert {one.pid for one in producer.messages} == {scan.pid}
    assert (started.number, started.sample, started.points_planned) == (7, "Fe foil", 11)
    assert started.metadata == {"energy": ENERGY}
    assert list(first.metadata) == ["note"]
    assert (first.points, second.points, finished.points) == (5, 11, 11)
    assert set(finished.metadata) == {"energy", "note"}
    assert finished.start == started.start <= finished.end


async def test_exception_aborts_the_scan_and_goes_on(tmp_path):
    async with recording_beamline("balder", tmp_path) as (beamline, producer):
        with pytest.raises(RuntimeError):
            async with scan_of(beamline, tmp_path):
                raise RuntimeError("the motor is blocked")
    last = producer.messages[-1]
    assert isinstance(last, ScanAborted)
    assert last.reason == "RuntimeError: the motor is blocked"


async def test_cancelled_scan_is_told_as_aborted(tmp_path):
    async with recording_beamline("balder", tmp_path) as (beamline, producer):
        inside = asyncio.Event()

        async def measure():
            async with scan_of(beamline, tmp_path):
                inside.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(measure())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert isinstance(producer.messages[-1], ScanAborted)
    assert producer.messages[-1].reason == "cancelled"


async def test_files_are_told_with_size_and_time_and_grow(tmp_path):
    data = tmp_path / "scan_1.dat"
    async with recording_beamline("balder", tmp_path) as (beamline, producer), scan_of(beamline, tmp_path) as scan:
        data.write_text("1")
        scan.add_file(data)
        scan.add_file("never_written.dat")
        await scan.update(points=1)
        data.write_text("12345")
    updated, finished = producer.messages[1:]
    assert [(file.path, file.size) for file in updated.files] == [("scan_1.dat", 1)]
    assert [(file.path, file.size) for file in finished.files] == [("scan_1.dat", 5)]


async def test_updates_that_come_fast_are_sent_as_one_and_none_of_their_metadata_is_lost(tmp_path):
    async with recording_beamline("balder", tmp_path) as (beamline, producer):
        beamline._settings = beamline._settings.model_copy(update={"update_interval_seconds": 3600.0})
        async with scan_of(beamline, tmp_path) as scan:
            for point in range(100):
                await scan.update(points=point + 1, metadata={f"key{point}": point})
    assert [type(one) for one in producer.messages] == [ScanStarted, ScanFinished]
    assert producer.messages[-1].points == 100
    assert len(producer.messages[-1].metadata) == 100


async def test_scan_is_used_only_while_it_runs(tmp_path):
    async with recording_beamline("balder", tmp_path) as (beamline, _):
        scan = scan_of(beamline, tmp_path)
        with pytest.raises(ScanStateError):
            await scan.update(points=1)
        async with scan:
            pass
        with pytest.raises(ScanStateError):
            scan.add_file("late.dat")


async def test_end_of_a_scan_is_gathered_anew(tmp_path):
    gatherer = StaticGatherer({"energy": ENERGY})
    async with recording_beamline("balder", tmp_path) as (beamline, producer):
        beamline._gatherer = gatherer
        async with scan_of(beamline, tmp_path):
            gatherer.values["energy"] = MetadataValue(value=7200.0, unit="eV", name="Photon energy")
    finished = producer.messages[-1]
    assert finished.metadata["energy"].value == 7112.0
    assert finished.metadata["energy_end"].value == 7200.0
    assert finished.metadata["energy_end"].name == "Photon energy (at the end)"


def test_value_that_did_not_change_stands_once():
    assert complete({"energy": ENERGY}, {"energy": ENERGY}) == {"energy": ENERGY}


def test_value_available_only_at_the_end_stands_under_its_own_key():
    current = MetadataValue(value=400.0, unit="mA")
    assert complete({"current": MISSING}, {"current": current}) == {"current": current}
    assert complete({}, {"current": current}) == {"current": current}


def test_value_available_only_at_the_start_is_kept():
    assert complete({"energy": ENERGY}, {"energy": MISSING}) == {"energy": ENERGY}


def test_key_of_the_end_never_replaces_a_chosen_one():
    chosen = MetadataValue(value="mine")
    other = MetadataValue(value=1.0)
    assert complete({"energy": ENERGY, "energy_end": chosen}, {"energy": other})["energy_end"] == chosen


class Broken:
    def __str__(self):
        raise RuntimeError("no text")

    def __float__(self):
        raise RuntimeError("no number")


async def test_values_of_any_kind_end_no_scan(tmp_path):
    odd = {
        "count": np.int64(5),
        "spectrum": np.array([1.0, math.nan]),
        "path": Path("/data"),
        "nan": math.nan,
        "image": [[1, 2], [3, 4]],
        "huge": 10**400,
        "a.b": Broken(),
        "entry": MetadataValue(np.float64(1.5), unit="u" * 65, name="n" * 300),
    }
    async with (
        recording_beamline("balder", tmp_path) as (beamline, producer),
        beamline.scan(
            b"ascan \xb5" + b"x" * 5000,
            proposal=20260101,
            path=Path(tmp_path),
            number=np.int64(7),
            sample=None,
            points_planned=math.nan,
            metadata=odd,
            pid="no pid",
        ) as scan,
    ):
        scan.add_file(Path("a.h5"), np.int64(5), np.datetime64("2026-01-01"))
        scan.add_file(object())
        scan.add_file(b"a\0b")
        await scan.update(points=np.int32(3), metadata={"more": np.float32(0.5)})
        await scan.update(points="five", metadata=Broken())
    started, _, _, finished = producer.messages
    assert (started.proposal, started.number, started.sample, started.points_planned) == ("20260101", 7, "", None)
    assert len(started.command) == 4096
    assert started.metadata["count"].value == 5
    assert started.metadata["spectrum"].value == [1.0, None]
    assert started.metadata["nan"].reason == "not a number"
    assert [key for key, entry in started.metadata.items() if not entry.available] == ["nan", "image", "huge", "a_b"]
    assert "the command was cut" in started.metadata["message_notes"].value
    assert finished.points == 3
    assert finished.metadata["more"].value == 0.5


class RefusingProducer(RecordingProducer):
    """Cannot keep a message while ``is_full``."""

    is_full = True

    async def send(self, message, traceparent=None):
        if self.is_full:
            raise SpoolFullError("the disk is full")
        await super().send(message, traceparent)


class RefusingGatherer:
    async def gather(self, metadata_set):
        raise RuntimeError("no devices")


async def test_scan_goes_on_where_its_messages_cannot_be_kept(tmp_path, caplog):
    producer = RefusingProducer()
    async with recording_beamline("balder", tmp_path) as (beamline, _):
        beamline._producer = producer
        beamline._gatherer = RefusingGatherer()
        async with scan_of(beamline, tmp_path) as scan:
            await scan.update(points=1, metadata={"first": 1})
            producer.is_full = False
            await scan.update(points=2)
    updated, finished = producer.messages
    assert isinstance(updated, ScanUpdated)
    assert updated.metadata["first"].value == 1
    assert isinstance(finished, ScanFinished)
    assert "the disk is full" in caplog.text
    assert "no devices" in caplog.text


async def test_error_of_the_measurement_is_the_one_that_is_raised(tmp_path):
    async with recording_beamline("balder", tmp_path) as (beamline, _):
        beamline._producer = RefusingProducer()
        with pytest.raises(ZeroDivisionError):
            async with scan_of(beamline, tmp_path):
                raise ZeroDivisionError
