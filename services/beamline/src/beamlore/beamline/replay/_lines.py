"""The lines of a SPEC file as they were meant: one encoding, one end of line, one row a line, two blanks between names.

Forms of the lines: certif.com, "Standard Data File Format".
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

_ENDS = re.compile(rb"\r\n|\r|\n")
_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NAME_GAP = re.compile(r"\s{2,}|\t+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its number in the file (the first is 1), its text, and whether it was UTF-8."""

    number: int
    text: str
    is_utf8: bool = True


def read_lines(path: Path) -> list[Line]:
    """Return the lines of a file, mended where it is clear what was meant.

    Raises:
        OSError: it cannot be read.
    """
    mended: list[Line] = []
    for block in _blocks(_decoded(path.read_bytes())):
        mended += _mended(block)
    return mended


def split_names(text: str) -> list[str]:
    """Return the names in a line of SPEC: between them are two blanks or a tab, within them may be one blank."""
    return [name for name in _NAME_GAP.split(text.strip()) if name]


def _decoded(data: bytes) -> list[Line]:
    for mark, encoding in _UTF16:
        if data.startswith(mark):
            data = data.decode(encoding, "replace").encode()
    raw = _ENDS.split(data.removeprefix(codecs.BOM_UTF8))
    if raw and not raw[-1]:
        raw.pop()
    return [_line(number, one) for number, one in enumerate(raw, start=1)]


def _line(number: int, raw: bytes) -> Line:
    try:
        return Line(number, raw.decode())
    except UnicodeDecodeError:
        # Latin-1 in a comment (°, µ) was usual.
        return Line(number, raw.decode("latin-1"), is_utf8=False)


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    block: list[Line] = []
    for line in lines:
        if line.text.startswith("#S ") and block:
            yield block
            block = []
        block.append(line)
    yield block


def _mended(block: list[Line]) -> list[Line]:
    """Return the lines of one scan (or of the file's header) with whole rows, and names that fit them."""
    columns = [int(word) for word in _first(block, "#N ").split() if word.isdigit()]
    rows = _rows(block)
    if not rows or not columns:
        return block
    if len(columns) > 1 and columns[1] < columns[0] and all(len(row.text.split()) <= columns[1] for row in rows):
        block = _unfolded(block, rows, columns[0])
        rows = _rows(block)
    width = Counter(len(row.text.split()) for row in rows).most_common(1)[0][0]
    names = _first(block, "#L ")
    if len(split_names(names)) != width and len(names.split()) == width:
        block = [
            replace(line, text="#L " + "  ".join(names.split())) if line.text.startswith("#L ") else line
            for line in block
        ]
    elif len(split_names(names)) != width:
        return block
    # Names and rows agree: they are right, whatever #N says.
    return [replace(line, text=f"#N {width}") if line.text.startswith("#N ") else line for line in block]


def _first(block: Sequence[Line], keyword: str) -> str:
    return next((line.text.removeprefix(keyword) for line in block if line.text.startswith(keyword)), "")


def _rows(block: Sequence[Line]) -> list[Line]:
    rows = []
    in_spectrum = False
    for line in block:
        if line.text.startswith("#"):
            continue
        if in_spectrum or line.text.startswith("@"):
            in_spectrum = line.text.endswith("\\")
        elif line.text.strip():
            rows.append(line)
    return rows


def _unfolded(block: Sequence[Line], rows: Sequence[Line], width: int) -> list[Line]:
    """Return the lines with each row that was folded on one line."""
    is_row = {row.number for row in rows}
    whole: list[Line] = []
    open_row: int | None = None
    for line in block:
        if line.number not in is_row:
            whole.append(line)
        elif open_row is None:
            open_row = len(whole)
            whole.append(line)
        else:
            whole[open_row] = replace(whole[open_row], text=f"{whole[open_row].text} {line.text}")
        if open_row is not None and len(whole[open_row].text.split()) >= width:
            open_row = None
    return whole
