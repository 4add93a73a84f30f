from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.beamline.replay import SpecFileReader, inspect

GOOD = """#F sample.spec
#E 1447278756
#D Wed Nov 11 15:52:36 2015
#O0 th  chi phi  mono.x

#S 1  ascan  th 0 1 2 1
#D Wed Nov 11 15:52:50 2015
#T 1  (Seconds)
#Q 1 0 0
#P0 0.5 3 7
#N 3
#L th  Epoch  det
0 14 100
0.5 15 200
1 16 300
#C Wed Nov 11 15:53:00 2015.  Scan aborted after 3 points.
"""


@pytest.fixture
def write(tmp_path):
    def write(text: str | bytes) -> Path:
        path = tmp_path / "file.spec"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def damage(path: Path) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.scan, problem.what) for problem in inspect(path).problems if problem.is_damage]


def test_good_file_has_no_damage(write):
    assert inspect(write(GOOD)).problems == []


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("0.5 15 200", "0.5 15", 14, "2 values where 3 columns are"),
        ("0.5 15 200", "0.5 15 2o0", 14, "not a number: '2o0'"),
        ("0.5 15 200", "\0\0\0\0", 14, "NUL bytes"),
        ("#P0 0.5 3 7", "#P0 0.5 3", 10, "2 positions where #O0 names 3 motors"),
        ("#P0 0.5 3 7", "#P0 0.5 x 7", 10, "not a position: 'x'"),
        ("#N 3", "#N three", 11, "not a number of columns"),
        ("#S 1  ascan", "#S ascan", 6, "a scan without a number"),
        ("#N 3\n#L th  Epoch  det\n", "", 11, "data before the line that names the columns"),
        ("#N 3", "#UXML <group>\n#UXML text\n#UXML </group>\n#N 3", 12, "text where only elements may stand"),
        ("#N 3", "#UXML <group>\n#UXML </groop>\n#N 3", 12, "not well formed"),
        ("#N 3", "#UXML <thing/>\n#N 3", 11, "an element 'thing'"),
        ("#N 3", '#UXML <!DOCTYPE x [<!ENTITY a "b">]>\n#N 3', 11, "a document type"),
    ],
)
def test_damage_is_found_with_its_line(write, old, new, line, what):
    # Without the abort: a half-written point of an aborted scan is no damage.
    found = damage(write(GOOD.replace("Scan aborted after 3 points", "done").replace(old, new)))
    assert found
    assert found[0][0] == line
    assert what in found[0][2]


def test_half_written_point_of_an_aborted_scan_is_noted_but_no_damage(write):
    path = write(GOOD.replace("1 16 300\n", "1 16\n"))
    (problem,) = inspect(path).problems
    assert (problem.line, problem.scan, problem.is_damage) == (15, "1", False)


def test_broken_point_within_an_aborted_scan_is_damage(write):
    assert damage(write(GOOD.replace("0.5 15 200", "0.5 15")))


@given(st.binary(max_size=2000))
def test_any_bytes_are_inspected(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "file.spec"
    path.write_bytes(b"#S 1 ascan\n" + data)
    inspect(path)


def read(path: Path):
    with SpecFileReader(path, inspect(path)) as reader:
        return [reader.scan(index) for index in range(len(reader))]


def test_scan_is_read_with_its_conditions(write):
    (scan,) = read(write(GOOD))
    assert (scan.number, scan.command, scan.points, scan.points_planned) == (1, "ascan  th 0 1 2 1", 3, 3)
    assert scan.aborted == "Scan aborted after 3 points"
    # 15:52:50 on a clock six hours behind UTC, as #E and #D of the file tell.
    assert scan.start.isoformat() == "2015-11-11T21:52:50+00:00"
    assert (scan.end - scan.start).total_seconds() == 10
    values = {key: entry.value for key, entry in scan.metadata.items()}
    assert (values["th"], values["chi phi"], values["mono_x"]) == (0.5, 3, 7)
    assert scan.metadata["mono_x"].name == "mono.x"
    assert (values["det_min"], values["det_max"], values["det_mean"]) == (100, 300, 200)
    assert values["hkl"] == [1, 0, 0]
    assert (values["count_time"], scan.metadata["count_time"].unit) == (1, "s")


def test_what_is_not_finite_is_unavailable_and_not_zero(write):
    (scan,) = read(write(GOOD.replace("0.5 15 200", "0.5 15 nan").replace("#P0 0.5 3 7", "#P0 nan inf 7")))
    assert (scan.metadata["det_min"].value, scan.metadata["det_max"].value) == (100, 300)
    assert scan.metadata["det_mean"].value == 200
    assert not scan.metadata["th"].available
    assert scan.metadata["th"].reason == "not a number"
    (scan,) = read(write(GOOD.replace(" 100\n", " nan\n").replace(" 200\n", " nan\n").replace(" 300\n", " inf\n")))
    assert not scan.metadata["det_mean"].available


def test_latin_1_comment_is_read(write):
    text = GOOD.replace("#T 1", "#C sample at 20 °C\n#T 1").encode("latin-1")
    path = write(text)
    (scan,) = read(path)
    assert scan.points == 3
    assert damage(path) == []


def test_names_that_stand_twice_or_are_forbidden_get_keys_of_their_own(write):
    (scan,) = read(write(GOOD.replace("#O0 th  chi phi  mono.x", "#O0 $th  a.b  a_b")))
    assert {"_th", "a_b", "a_b_2"} <= scan.metadata.keys()


def test_identity_stays_while_the_file_grows_and_differs_between_scans(write):
    (before,) = read(write(GOOD))
    (after,) = read(write(GOOD.replace("#C Wed", "1.5 17 400\n#C Wed")))
    (other,) = read(write(GOOD.replace("15:52:50", "15:52:51")))
    assert before.identity == after.identity != other.identity


def test_same_scan_twice_in_a_file_is_two_scans(write):
    body = GOOD[GOOD.index("#S 1") :]
    first, second = read(write(GOOD + "\n" + body))
    assert first.identity != second.identity
