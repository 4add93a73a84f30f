"""What the engine measures: scans as a user at a beamline would type them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

_SAMPLES = ("Fe2O3 pellet", "Pt/CeO2", "Cu-SSZ-13", "lysozyme 5 mg/ml", "graphene on Ir(111)", "NiO film", "empty cell")


@dataclass(frozen=True, slots=True)
class Axis:
    """What is scanned: an attribute of a device, as it stands in the command."""

    name: str
    device: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A scan to make.

    Attributes:
        command: as typed.
        axes: what moves; none in a scan over time.
        points: the targets of the axes at each point, in the axes' units.
        exposure: seconds of counting at each point.
        sample: what is measured.
        aborts_after: point after which the user stops it; none: it comes to its end.
    """

    command: str
    axes: tuple[Axis, ...]
    points: tuple[tuple[float, ...], ...]
    exposure: float
    sample: str
    aborts_after: int | None = None


class Planner:
    """Thinks of scans, of varied kinds and lengths; the same seed gives the same ones."""

    def __init__(self, beamline: str, random_: random.Random) -> None:
        self._random = random_
        self._motors = [Axis(f"mot{n:02d}", f"sim/{beamline}/mot{n:02d}", "position") for n in range(1, 9)]
        self._energy = Axis("energy", f"sim/{beamline}/mono", "energy")

    def varied(self, abort_probability: float = 0.08) -> Plan:
        """Return a scan of a second to a minute."""
        make = self._random.choice(
            (self._ascan, self._ascan, self._dscan, self._mesh, self._energy_scan, self._timescan)
        )
        plan = make()
        if self._random.random() >= abort_probability or len(plan.points) < 3:
            return plan
        return Plan(
            plan.command,
            plan.axes,
            plan.points,
            plan.exposure,
            plan.sample,
            aborts_after=self._random.randrange(1, len(plan.points) - 1),
        )

    def quick(self, duration: float) -> Plan:
        """Return a scan of five points that takes about this many seconds."""
        axis = self._random.choice(self._motors)
        start = round(self._random.uniform(-2, 2), 2)
        exposure = round(duration / 8, 3)
        return self._line("ascan", axis, start, round(start + 0.04, 2), 4, exposure)

    def _ascan(self) -> Plan:
        axis = self._random.choice(self._motors)
        start = round(self._random.uniform(-5, 1), 1)
        end = round(start + self._random.uniform(1, 8), 1)
        return self._line("ascan", axis, start, end, self._random.randrange(10, 60), self._exposure())

    def _dscan(self) -> Plan:
        axis = self._random.choice(self._motors)
        half = self._random.choice((0.2, 0.5, 1.0, 2.0))
        return self._line("dscan", axis, -half, half, self._random.randrange(10, 40), self._exposure())

    def _energy_scan(self) -> Plan:
        edge = self._random.choice((7112.0, 8333.0, 8979.0, 11564.0))
        return self._line("ascan", self._energy, edge - 20, edge + 60, self._random.randrange(20, 50), self._exposure())

    def _mesh(self) -> Plan:
        first, second = self._random.sample(self._motors[:3], 2)
        across, down = self._random.randrange(3, 9), self._random.randrange(2, 6)
        exposure = self._exposure()
        points = tuple((x, y) for y, x in product(_steps(0.0, 1.0, down), _steps(-1.0, 1.0, across)))
        command = f"mesh {first.name} -1 1 {across} {second.name} 0 1 {down} {exposure:g}"
        return Plan(command, (first, second), points, exposure, self._sample())

    def _timescan(self) -> Plan:
        points, exposure = self._random.randrange(5, 40), self._exposure()
        return Plan(f"timescan {points} {exposure:g}", (), ((),) * points, exposure, self._sample())

    def _line(self, macro: str, axis: Axis, start: float, end: float, intervals: int, exposure: float) -> Plan:
        points = tuple((target,) for target in _steps(start, end, intervals))
        command = f"{macro} {axis.name} {start:g} {end:g} {intervals} {exposure:g}"
        return Plan(command, (axis,), points, exposure, self._sample())

    def _exposure(self) -> float:
        return self._random.choice((0.05, 0.1, 0.2, 0.5))

    def _sample(self) -> str:
        return self._random.choice(_SAMPLES)


def _steps(start: float, end: float, intervals: int) -> Iterator[float]:
    return (round(start + (end - start) * step / intervals, 6) for step in range(intervals + 1))
