"""What a SPEC scan says of its conditions, as metadata."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from beamlore.beamline.replay._lines import split_names
from beamlore.contract import MetadataValue, fit_entry, free_key


class MetadataTable:
    """Metadata under keys that the message allows.

    A name becomes a key with ``.``, NUL and a leading ``$`` turned into ``_``; a key that is taken gets ``_2``, ``_3``
    and so on. What is not a finite number is unavailable: JSON has no NaN.
    """

    def __init__(self) -> None:
        self.entries: dict[str, MetadataValue] = {}

    def add(self, name: str, value: object, group: str, source: str = "", unit: str = "", key: str = "") -> None:
        """Enter a value under a key made of its name, or of ``key``."""
        free = free_key((key or name).strip(), self.entries)
        self.entries[free] = fit_entry(value, unit=unit, name=name, source=source, group=group)


def add_motors(table: MetadataTable, scan: Mapping[str, str], file: Mapping[str, str]) -> None:
    """Enter the positions of the motors at the scan's start.

    Row by row, ``#P3`` under the names of ``#O3``: a damaged row (it is left out) does not move the names of the
    others, and NaN stays NaN, which in silx's own list becomes 0.
    """
    for keyword, text in scan.items():
        if not re.fullmatch(r"P\d+", keyword):
            continue
        row = f"O{keyword[1:]}"
        names = split_names(scan.get(row, file.get(row, "")))
        positions = text.split()
        if not names:
            # Their names are lost, their order is not.
            names = [f"motor {keyword[1:]}.{place}" for place in range(len(positions))]
        elif len(names) != len(positions) and len(" ".join(names).split()) == len(positions):
            names = " ".join(names).split()
        if len(names) == len(positions):
            for name, position in zip(names, positions, strict=True):
                table.add(name, number_or_text(position), group="Motors", source=f"#{keyword}")


def add_counters(table: MetadataTable, labels: Sequence[str], columns: Sequence[Sequence[float]]) -> None:
    """Enter the smallest, largest and mean value of each column."""
    for label, column in zip(labels, columns, strict=False):
        finite = [float(value) for value in column if math.isfinite(value)]
        summary = {
            "min": min(finite, default=math.nan),
            "max": max(finite, default=math.nan),
            "mean": math.fsum(finite) / len(finite) if finite else math.nan,
        }
        for what, value in summary.items():
            table.add(f"{label} {what}", value, group="Counters", source="#L", key=f"{label}_{what}")


def add_header(table: MetadataTable, scan: Mapping[str, str], file: Mapping[str, str]) -> None:
    """Enter what else the headers hold: user, counting time or monitor, hkl, ``#H``/``#V`` and ``#MD`` values."""
    if user := scan.get("U", "").strip():
        table.add("user", user, group="Scan", source="#U")
    for keyword, name, unit in (("T", "count_time", "s"), ("M", "monitor_counts", "")):
        value = number_or_text(scan.get(keyword, "").split("(")[0].strip())
        if isinstance(value, int | float):
            table.add(name, value, group="Scan", source=f"#{keyword}", unit=unit)
    hkl = [number_or_text(word) for word in scan.get("Q", "").split()]
    if len(hkl) == 3:
        table.add("hkl", hkl, group="Scan", source="#Q")
    for name, measured, source in _environment(scan, file):
        table.add(name, measured, group="Environment", source=source)
    for line in scan.get("MD", "").splitlines():
        name, equals, text = line.partition("=")
        if equals and name.strip():
            table.add(name.strip(), number_or_text(text.strip()), group="Metadata", source="#MD")


def _environment(scan: Mapping[str, str], file: Mapping[str, str]) -> Iterable[tuple[str, object, str]]:
    """Yield the values of ``#V`` lines under the names of the file's ``#H`` lines, where both are of one length."""
    for keyword, text in file.items():
        if not re.fullmatch(r"H\d+", keyword):
            continue
        names = split_names(text)
        values = scan.get(f"V{keyword[1:]}", "").split()
        if len(names) == len(values):
            yield from (
                (name, number_or_text(value), f"#V{keyword[1:]}") for name, value in zip(names, values, strict=True)
            )


def number_or_text(text: str) -> int | float | str:
    """Return the number a text writes, else the text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
