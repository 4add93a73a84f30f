"""What the engine leaves on the disk."""

from pathlib import Path

from beamlore.beamline.simulation.engine._plans import Plan


class DataFile:
    """A text file of columns, growing by a line a point. Its methods read and write the disk."""

    def __init__(self, directory: Path, number: int, plan: Plan) -> None:
        self.path = directory / f"scan_{number:06d}.dat"
        self._plan = plan

    def begin(self) -> None:
        """Write the heading."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        columns = "  ".join(["point", *(axis.name for axis in self._plan.axes), "counts"])
        self.path.write_text(f"# {self._plan.command}\n# sample: {self._plan.sample}\n# {columns}\n")

    def add(self, point: int, positions: list[float], counts: int) -> None:
        """Write a point."""
        with self.path.open("a") as file:
            file.write("  ".join([str(point), *(f"{position:.6g}" for position in positions), str(counts)]) + "\n")


class ScanNumbers:
    """Counts the scans of a beamline, over restarts. Its methods read and write the disk."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "last_scan_number"

    def take(self) -> int:
        """Return the next number."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        last = int(self._path.read_text() or 0) if self._path.exists() else 0
        fresh = self._path.with_suffix(".new")
        fresh.write_text(str(last + 1))
        fresh.replace(self._path)
        return last + 1
