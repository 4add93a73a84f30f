import json
import signal
import sys
from pathlib import Path

import pytest

from beamlore.contract import ScanAborted, ScanFinished, ScanStarted

BEAMLORE = str(Path(sys.executable).with_name("beamlore"))


def lines(report: Path) -> list[dict]:
    return [json.loads(line) for line in report.read_text().splitlines()]


@pytest.fixture
def engine(processes, topic, own_facility, tmp_path):
    """Run the engine at a beamline of the test's own, and return it and its report."""
    own_facility.simulate(topic.beamline)
    report = tmp_path / "report.jsonl"

    def run(*options: str):
        environment = topic.environment() | {
            "TANGO_HOST": own_facility.host,
            "BEAMLORE_DATA_DIR": str(tmp_path / "data"),
        }
        command = (BEAMLORE, "beamline", "engine", "--proposals", "20260101,20260102", "--report", str(report))
        return processes.start(*command, *options, environment=environment), report

    return run


async def test_exactly_paced_engine_tells_what_it_produced_and_all_of_it_arrives(engine, topic, waiting):
    process, report = engine("--period", "0.25", "--scans", "12")
    await waiting(lambda: process.poll() is not None)
    assert process.returncode == 0
    told = lines(report)
    pids = {line["pid"] for line in told if line["event"] == "started"}
    assert told[-1]["event"] == "stopped"
    assert told[-1]["totals"] == {"started": 12, "finished": 12, "aborted": 0, "missed": 0}
    assert told[-1]["undelivered"] == 0
    messages = await topic.read(lambda found: sum(isinstance(one, ScanFinished) for one in found) == 12)
    assert {one.pid for one in messages} == pids
    finished = next(one for one in messages if isinstance(one, ScanFinished))
    (file,) = finished.files
    assert (Path(finished.path) / file.path).stat().st_size == file.size
    assert finished.points == finished.points_planned == 5


async def test_engine_that_is_ended_tells_its_scan_as_aborted(engine, topic, waiting):
    process, report = engine("--seed", "1")
    await waiting(lambda: report.exists() and "started" in report.read_text())
    process.send_signal(signal.SIGTERM)
    await waiting(lambda: process.poll() is not None)
    assert process.returncode == 0
    totals = lines(report)[-1]["totals"]
    assert totals["started"] == totals["finished"] + totals["aborted"]
    ends = totals["started"]
    messages = await topic.read(lambda found: sum(isinstance(one, ScanFinished | ScanAborted) for one in found) == ends)
    assert sum(isinstance(one, ScanStarted) for one in messages) == ends


async def test_engine_survives_its_devices(engine, own_facility, topic, waiting):
    process, report = engine("--period", "0.3")
    await waiting(lambda: report.exists() and any(line["event"] == "finished" for line in lines(report)))
    server = own_facility.device_servers[-1]
    server.kill()
    server.wait()
    await waiting(lambda: any(line["event"] == "aborted" for line in lines(report)))
    own_facility.simulate(topic.beamline)
    before = lines(report)[-1]["totals"]["finished"]
    await waiting(lambda: lines(report)[-1]["totals"]["finished"] > before + 2)
    assert process.poll() is None


async def test_engine_without_settings_says_which_are_missing(processes, waiting):
    process = processes.start(
        *(BEAMLORE, "beamline", "engine", "--beamline", "balder", "--proposals", "1"),
        environment={"BEAMLORE_SPOOL_DIR": "/nowhere"},
    )
    await waiting(lambda: process.poll() is not None)
    assert process.returncode == 1
    assert "BEAMLORE_KAFKA_BOOTSTRAP" in process.log.read_text()
