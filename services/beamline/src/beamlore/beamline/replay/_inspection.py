"""Looking for damage in a SPEC file.

silx reads what can be read and passes over the rest in silence; what it passed over is found here. Form of the lines:
certif.com, "Standard Data File Format"; ``#MD``: bluesky's SpecWriterCallback.
"""

import math
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from beamlore.beamline.replay._lines import Line, read_lines, split_names
from beamlore.beamline.replay._uxml import uxml_problem

_POSITIONS = re.compile(r"#([OP])(\d+)(?:\s+(.*))?$")
_ABORTED = "Scan aborted"
_VALUES = re.compile(r"'[^']*'|\d+")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a file.

    Attributes:
        line: number of the line, the first is 1.
        scan: number of the scan as the file has it, empty in the file's header.
        what: in words.
        is_damage: data is lost or cannot be trusted; else it is only worth knowing.
        count: how often the scan has it; the line is that of the first.
    """

    line: int
    scan: str
    what: str
    is_damage: bool = True
    count: int = 1


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in a file.

    Attributes:
        problems: in the order of its lines.
        scans: number of its ``#S`` lines.
        not_finite: row and column of the values that are NaN or infinite, by the scan's place in the file.
    """

    problems: list[Problem]
    scans: int
    not_finite: dict[int, list[tuple[int, int]]]


def inspect(path: Path) -> Inspection:
    """Return what is wrong with a SPEC file.

    Raises:
        OSError: it cannot be read.
    """
    inspector = _Inspector()
    for line in read_lines(path):
        inspector.take(line)
    return inspector.finish()


class _Inspector:
    def __init__(self) -> None:
        self._problems: dict[tuple[int, str, bool], Problem] = {}
        self._scans = 0
        self._not_finite: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._names: dict[int, int] = {}
        self._uxml: list[tuple[int, str]] = []
        self._was_names = False
        self._in_spectrum = False
        self._begin_scan("")

    def take(self, one: Line) -> None:
        number, line = one.number, one.text
        if not one.is_utf8:
            self._tell(number, "characters that are not UTF-8", damage=not line.startswith("#"))
        if "\0" in line:
            self._tell(number, "NUL bytes, as a file system leaves after a crash")
            return
        if self._uxml and not line.startswith("#UXML"):
            self._check_uxml()
        if line.startswith("#"):
            self._take_control(number, line)
        elif line.startswith("@") or self._in_spectrum:
            self._in_spectrum = line.endswith("\\")
        elif line.strip():
            self._take_row(number, line)

    def finish(self) -> Inspection:
        self._check_uxml()
        self._end_scan()
        problems = sorted(self._problems.values(), key=lambda problem: problem.line)
        return Inspection(problems, self._scans, dict(self._not_finite))

    def _begin_scan(self, name: str) -> None:
        self._scan = name
        self._rows = 0
        self._columns: int | None = None
        self._labels: int | None = None
        self._bad_rows: list[tuple[int, str]] = []
        self._rows_after_bad = False
        self._aborted = False

    def _take_control(self, number: int, line: str) -> None:
        keyword, _, rest = line.partition(" ")
        if keyword == "#S":
            self._end_scan()
            self._scans += 1
            name = rest.split(None, 1)[0] if rest.split() else ""
            self._begin_scan(name)
            if not name.isdigit():
                self._tell(number, f"a scan without a number: {line[:60]!r}")
        elif keyword == "#N":
            self._columns = _first_integer(rest)
            if self._columns is None:
                self._tell(number, f"not a number of columns: {line[:60]!r}")
        elif keyword == "#L":
            self._labels = len(split_names(rest))
            if self._columns is not None and self._labels != self._columns:
                what = f"{self._labels} column names where #N says {self._columns}"
                self._tell(number, what, damage=False)
        elif keyword == "#UXML":
            self._uxml.append((number, rest))
        elif keyword == "#MD" and "=" not in rest:
            self._tell(number, f"#MD without '=': {rest[:60]!r}", damage=False)
        elif keyword == "#C" and _ABORTED in rest:
            self._aborted = True
        elif (positions := _POSITIONS.match(line)) is not None:
            self._take_positions(number, positions)

    def _take_positions(self, number: int, match: re.Match[str]) -> None:
        kind, row, rest = match.group(1), int(match.group(2)), match.group(3) or ""
        if kind == "O":
            if row == 0:
                self._names.clear()
            self._names[row] = len(split_names(rest))
            return
        values = rest.split()
        if row in self._names and len(values) != self._names[row]:
            self._tell(number, f"{len(values)} positions where #O{row} names {self._names[row]} motors")
        for value in values:
            if not _is_number(value):
                self._tell(number, f"not a position: {value[:40]!r}")

    def _take_row(self, number: int, line: str) -> None:
        if not self._scan:
            self._tell(number, f"not a line of a SPEC header: {line[:60]!r}")
            return
        self._aborted = self._aborted or _ABORTED in line
        values = line.split()
        wrong = next((value for value in values if not _is_number(value)), None)
        expected = self._columns if self._columns is not None else self._labels
        if expected is None:
            self._bad_rows.append((number, "data before the line that names the columns"))
        elif wrong is not None:
            self._bad_rows.append((number, f"not a number: {wrong[:40]!r}"))
        elif len(values) != expected:
            self._bad_rows.append((number, f"{len(values)} values where {expected} columns are"))
        else:
            self._rows_after_bad = bool(self._bad_rows)
            found = [column for column, value in enumerate(values) if not math.isfinite(float(value))]
            if found:
                self._not_finite[self._scans - 1] += [(self._rows, column) for column in found]
            self._rows += 1

    def _end_scan(self) -> None:
        # A scan that was aborted while it wrote a point leaves that point half written: nothing else is wrong.
        half_point = self._aborted and not self._rows_after_bad
        for number, what in self._bad_rows:
            if half_point:
                self._tell(number, f"the point at which the scan was aborted is half written ({what})", damage=False)
            else:
                self._tell(number, what)
        self._bad_rows = []

    def _check_uxml(self) -> None:
        if self._uxml:
            problem = uxml_problem([text for _, text in self._uxml])
            if problem is not None:
                self._tell(self._uxml[problem[0]][0], problem[1])
        self._uxml = []

    def _tell(self, line: int, what: str, damage: bool = True) -> None:
        """Note a problem; those of one scan that differ in their values only are one, with their number."""
        kind = (self._scans, _VALUES.sub("", what), damage)
        found = self._problems.get(kind)
        self._problems[kind] = (
            Problem(line, self._scan, what, damage) if found is None else replace(found, count=found.count + 1)
        )


def _first_integer(text: str) -> int | None:
    words = text.split()
    return int(words[0]) if words and words[0].isdigit() else None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
