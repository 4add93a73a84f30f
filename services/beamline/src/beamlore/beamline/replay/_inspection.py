"""Looking for damage in a SPEC file.

silx reads what can be read and passes over the rest in silence; what it passed over is found here. Form of the lines:
certif.com, "Standard Data File Format"; ``#MD``: bluesky's SpecWriterCallback.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from beamlore.beamline.replay._uxml import uxml_problem

_POSITIONS = re.compile(r"#([OP])(\d+)(?:\s+(.*))?$")
_NAME_GAP = re.compile(r"\s{2,}|\t+")
_ABORTED = "Scan aborted"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a file.

    Attributes:
        line: number of the line, the first is 1.
        scan: number of the scan as the file has it, empty in the file's header.
        what: in words.
        is_damage: data is lost or cannot be trusted; else it is only worth knowing.
    """

    line: int
    scan: str
    what: str
    is_damage: bool = True


def inspect(path: Path) -> list[Problem]:
    """Return what is wrong with a SPEC file, in the order of its lines.

    Raises:
        OSError: it cannot be read.
    """
    inspector = _Inspector()
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            inspector.take(number, raw)
    return inspector.finish()


class _Inspector:
    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._names: dict[int, int] = {}
        self._uxml: list[tuple[int, str]] = []
        self._was_names = False
        self._in_spectrum = False
        self._begin_scan("")

    def take(self, number: int, raw: bytes) -> None:
        try:
            line = raw.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            # Latin-1 in a comment (°, µ) was usual; elsewhere it is what broke.
            line = raw.decode("latin-1").rstrip("\r\n")
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

    def finish(self) -> list[Problem]:
        self._check_uxml()
        self._end_scan()
        return sorted(self._problems, key=lambda problem: problem.line)

    def _begin_scan(self, name: str) -> None:
        self._scan = name
        self._columns: int | None = None
        self._labels: int | None = None
        self._bad_rows: list[tuple[int, str]] = []
        self._rows_after_bad = False
        self._aborted = False

    def _take_control(self, number: int, line: str) -> None:
        keyword, _, rest = line.partition(" ")
        if keyword == "#S":
            self._end_scan()
            name = rest.split(None, 1)[0] if rest.split() else ""
            self._begin_scan(name)
            if not name.isdigit():
                self._tell(number, f"a scan without a number: {line[:60]!r}")
        elif keyword == "#N":
            self._columns = _first_integer(rest)
            if self._columns is None:
                self._tell(number, f"not a number of columns: {line[:60]!r}")
        elif keyword == "#L":
            self._labels = len([name for name in _NAME_GAP.split(rest.strip()) if name])
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
            self._names[row] = len([name for name in _NAME_GAP.split(rest.strip()) if name])
            return
        values = rest.split()
        if row in self._names and len(values) != self._names[row]:
            # One blank between two names makes one of them: then there are more values, and silx cannot name them.
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
        elif self._bad_rows:
            self._rows_after_bad = True

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
        self._problems.append(Problem(line, self._scan, what, damage))


def _first_integer(text: str) -> int | None:
    words = text.split()
    return int(words[0]) if words and words[0].isdigit() else None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
