import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from beamlore.beamline.replay import Replay, ReplayOptions, count_scans
from beamlore.beamline.testing import RecordingProducer
from beamlore.contract import ScanAborted, ScanFinished, ScanStarted, ScanUpdated

BEAMLORE = str(Path(sys.executable).with_name("beamlore"))
READABLE = {
    "02_03_setup.dat": 50,
    "03_06_JanTest.dat": 62,
    "20220311-161530.dat": 78,
    "33bm_spec.dat": 17,
    "APS_spec_data.dat": 20,
    "CdOsO": 74,
    "CdSe": 102,
    "spec_from_spock.spc": 171,
    "usaxs-bluesky-specwritercallback.dat": 7,
}
OPTIONS = ReplayOptions(beamline="balder", proposal="20260101")


async def replayed(path: Path, options: ReplayOptions = OPTIONS):
    producer = RecordingProducer()
    advances = []
    outcome = await Replay(producer, options, lambda: advances.append(1)).file(path)
    assert len(advances) == outcome.sent + outcome.unreadable
    return outcome, producer.messages


@pytest.mark.parametrize(("name", "scans"), READABLE.items())
async def test_every_scan_of_a_readable_file_is_sent(spec_files, name, scans):
    outcome, messages = await replayed(spec_files / name)
    assert (outcome.sent, outcome.unreadable, outcome.is_damaged) == (scans, 0, False)
    assert count_scans(spec_files / name) == scans
    assert len({message.pid for message in messages}) == scans
    ends = [message for message in messages if isinstance(message, ScanFinished | ScanAborted)]
    assert len(ends) == scans
    assert all(end.start <= end.end <= datetime.now(UTC) for end in ends)
    assert all(end.sequence > start.sequence for start, end in zip(messages[::2], messages[1::2], strict=True))


async def test_file_with_many_motors_keeps_them_all(spec_files):
    _, messages = await replayed(spec_files / "spec_from_spock.spc")
    motors = [entry for entry in messages[1].metadata.values() if entry.group == "Motors"]
    assert len(motors) == 155
    assert messages[1].metadata["phi"].name == "phi"
    assert not messages[1].metadata["lks336_outputchannela_mean"].available


async def test_damaged_file_is_sent_as_far_as_it_can_be_read_and_its_damage_told(spec_files):
    outcome, messages = await replayed(spec_files / "test_3_error.spec")
    assert (outcome.sent, outcome.is_damaged) == (1, True)
    assert isinstance(messages[-1], ScanFinished)
    (problem,) = outcome.problems
    assert (problem.scan, problem.line) == ("1", 95)


async def test_replaying_again_gives_the_same_pids_and_sequences(spec_files):
    runs = [(await replayed(spec_files / "CdOsO"))[1] for _ in range(2)]
    first, second = ([(message.pid, message.sequence) for message in run] for run in runs)
    assert first == second


async def test_pids_differ_between_proposals(spec_files):
    _, mine = await replayed(spec_files / "APS_spec_data.dat")
    _, other = await replayed(spec_files / "APS_spec_data.dat", ReplayOptions(beamline="balder", proposal="20260102"))
    assert not {message.pid for message in mine} & {message.pid for message in other}


async def test_shifted_times_end_now_and_keep_what_was(spec_files):
    before = datetime.now(UTC)
    _, messages = await replayed(spec_files / "33bm_spec.dat")
    last = max(message.end for message in messages if isinstance(message, ScanFinished | ScanAborted))
    assert abs(last - before) < timedelta(minutes=1)
    assert messages[0].metadata["original_start"].value == "2010-06-16T23:27:39+00:00"


async def test_times_are_kept_where_asked(spec_files):
    options = ReplayOptions(beamline="balder", proposal="20260101", shift_to="none")
    outcome, messages = await replayed(spec_files / "33bm_spec.dat", options)
    assert messages[0].start.isoformat() == "2010-06-16T23:27:39+00:00"
    assert outcome.shifted == timedelta(0)
    assert "original_start" not in messages[0].metadata


TWO_SCANS = """#F sample.spec
#E 1447278756
#D Wed Nov 11 15:52:36 2015

#S 1  loopscan 4 5
#D Wed Nov 11 15:52:50 2015
#N 2
#L Epoch  det
14 1
21 2
28 3
34 4

#S 2  loopscan 4 5
#D Wed Nov 11 15:53:20 2015
#N 2
#L Epoch  det
44 1
44 2
"""


async def test_paced_replay_takes_its_time_and_lets_scans_grow(tmp_path):
    path = tmp_path / "two.spec"
    path.write_text(TWO_SCANS)
    options = ReplayOptions(beamline="balder", proposal="20260101", speed=10.0)
    _, messages = await replayed(path, options)
    first = [message for message in messages if message.number == 1]
    assert [type(message) for message in first] == [ScanStarted, ScanUpdated, ScanFinished]
    assert 0 < first[1].points < 4
    # 20 s of scan and 10 s of pause, ten times as fast.
    assert (first[-1].end - first[0].start).total_seconds() == pytest.approx(2.0, abs=0.9)
    assert (messages[-2].start - first[-1].end).total_seconds() == pytest.approx(1.0, abs=0.9)


async def test_file_that_is_no_spec_file_is_told(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a scan\n")
    outcome, messages = await replayed(path)
    assert outcome.is_damaged
    assert "not a SPEC file" in outcome.failure or "no SPEC scan" in outcome.failure
    assert messages == []


async def replay_command(processes, topic, waiting, *files: Path):
    process = processes.start(
        *(BEAMLORE, "beamline", "replay", *map(str, files), "--proposal", "20260101"),
        environment=topic.environment(),
    )
    await waiting(lambda: process.poll() is not None)
    return process.returncode, process.log.read_text()


async def test_command_delivers_a_file_through_kafka(processes, topic, waiting, spec_files):
    code, output = await replay_command(processes, topic, waiting, spec_files / "CdOsO")
    assert code == 0, output
    assert "74 scans sent" in output
    messages = await topic.read(lambda found: len(found) == 148)
    assert len({message.pid for message in messages}) == 74


async def test_command_tells_damage_with_file_scan_and_line_and_fails(processes, topic, waiting, spec_files):
    code, output = await replay_command(
        processes, topic, waiting, spec_files / "test_3_error.spec", spec_files / "33bm_spec.dat"
    )
    assert code == 1
    assert "test_3_error.spec: scan 1, line 95" in output
    assert "33bm_spec.dat: 17 scans sent" in output
    assert len({message.pid for message in await topic.read(lambda found: len(found) == 36)}) == 18


@pytest.mark.parametrize(("options", "expected"), [((), 1), (("--keep",), 0)])
async def test_command_says_that_scans_wait_where_no_broker_is(processes, waiting, tmp_path, options, expected):
    path = tmp_path / "two.spec"
    path.write_text(TWO_SCANS)
    process = processes.start(
        *(BEAMLORE, "beamline", "replay", str(path), "--proposal", "20260101", "--wait", "0", *options),
        environment={
            "BEAMLORE_BEAMLINE": "balder",
            "BEAMLORE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
            "BEAMLORE_SPOOL_DIR": str(tmp_path / "spool"),
        },
    )
    await waiting(lambda: process.poll() is not None)
    output = " ".join(process.log.read_text().split())
    assert process.returncode == expected, output
    assert "scans sent" not in output
    assert "2 scans read" in output
    assert "4 messages of 2 scans wait in the spool" in output
