"""Files as they are found in the world say what they would say well written."""

import codecs
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from beamlore.beamline.replay import Replay, ReplayOptions, SpecFileReader, inspect
from beamlore.beamline.testing import RecordingProducer
from beamlore.contract import ScanAborted, ScanFinished

GOOD = """#F sample.spec
#E 1447278756
#D Wed Nov 11 15:52:36 2015
#O0 th  chi phi  mono.x

#S 1  ascan  th 0 1 2 1
#D Wed Nov 11 15:52:50 2015
#P0 0.5 3 7
#N 3
#L th  Epoch  det
0 14 100
0.5 15 200
1 16 300
"""


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path):
    with SpecFileReader(path, inspect(path), UTC) as reader:
        return [reader.scan(index) for index in range(len(reader))]


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode().rstrip(b"\n"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        codecs.BOM_UTF8 + GOOD.encode(),
        GOOD.encode("utf-16"),
        codecs.BOM_UTF16_BE + GOOD.encode("utf-16-be"),
        GOOD.replace("#L th  Epoch  det", "#L th Epoch det").encode(),
        GOOD.replace("#N 3", "#N 5").encode(),
        GOOD.replace("#N 3", "#N 3 2")
        .replace("0 14 100", "0 14\n100")
        .replace("0.5 15 200", "0.5 15\n200")
        .replace("1 16 300", "1 16\n300")
        .encode(),
        GOOD.replace("#O0 th  chi phi  mono.x", "#O0 th  chi phi  mono.x\t").encode(),
    ],
    ids=["no line feed", "CRLF", "CR", "BOM", "UTF-16", "UTF-16 BE", "single blanks", "#N", "folded", "tab"],
)
def test_file_reads_as_if_well_written(tmp_path, content):
    path = written(tmp_path / "odd.spec", content)
    (expected,) = read(written(tmp_path / "good.spec", GOOD))

    (scan,) = read(path)

    assert [problem for problem in inspect(path).problems if problem.is_damage] == []
    assert (scan.points, scan.start, scan.command) == (3, expected.start, expected.command)
    assert scan.metadata == expected.metadata


def test_positions_without_names_are_kept_in_their_order(tmp_path):
    (scan,) = read(written(tmp_path / "file.spec", GOOD.replace("#P0 0.5 3 7", "#P0 0.5 3 7\n#P1 8 9")))
    assert scan.metadata["motor 1_0"].value == 8
    assert scan.metadata["motor 1_1"].value == 9


def test_damage_of_one_kind_is_told_once_with_its_number(tmp_path):
    rows = "".join(f"{row} 1x{row} 5\n" for row in range(100))
    found = inspect(written(tmp_path / "file.spec", GOOD + rows)).problems
    (damage,) = [problem for problem in found if problem.is_damage]
    assert (damage.line, damage.scan, damage.count) == (14, "1", 100)


def test_hardlink_is_known(tmp_path):
    path = written(tmp_path / "file.spec", GOOD.replace("#N 3", '#UXML <hardlink target="a">x</hardlink>\n#N 3'))
    assert inspect(path).problems == []


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        ("#C Wed Nov 11 15:54:00 2015.  Acquisition ended\n", ScanFinished),
        ("#C Wed Nov 11 15:54:00 2015.  Scan aborted after 3 points.\n", ScanAborted),
    ],
)
async def test_file_that_tells_of_the_end_later_changes_the_scans_state(tmp_path, end, kind):
    running = GOOD.replace("#N 3", "#C Wed Nov 11 15:52:51 2015.  Acquisition started\n#N 3")
    options = ReplayOptions(beamline="balder", proposal="20260101", shift_to="none")
    producer = RecordingProducer()
    replay = Replay(producer, options, lambda: None)

    await replay.file(written(tmp_path / "file.spec", running))
    await replay.file(written(tmp_path / "file.spec", running + end))

    _, before, _, after = producer.messages
    assert before.pid == after.pid
    assert before.sequence < after.sequence
    assert isinstance(after, kind)
    assert getattr(after, "reason", "") != "the file does not tell of its end"


def test_hour_that_comes_twice_in_autumn_goes_on(tmp_path):
    scan = "\n#S {number}  ct\n#D Sun Oct 25 {time} 2026\n#N 2\n#L a  b\n1 2\n"
    times = ["01:50:00", "02:10:00", "02:50:00", "02:05:00", "02:40:00", "03:10:00"]
    text = "#F x\n" + "".join(scan.format(number=number, time=time) for number, time in enumerate(times, start=1))
    path = written(tmp_path / "file.spec", text)

    with SpecFileReader(path, inspect(path), ZoneInfo("Europe/Stockholm")) as reader:
        starts = [reader.scan(index).start.strftime("%H:%M") for index in range(len(reader))]

    assert starts == ["23:50", "00:10", "00:50", "01:05", "01:40", "02:10"]
