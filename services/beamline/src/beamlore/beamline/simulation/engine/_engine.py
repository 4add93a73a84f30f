"""Makes scans for ever, as the people at a beamline do."""

import asyncio
import itertools
import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from beamlore.beamline.scan import Beamline, Scan
from beamlore.beamline.simulation.engine._data import DataFile, ScanNumbers
from beamlore.beamline.simulation.engine._plans import Plan, Planner
from beamlore.beamline.simulation.engine._report import Report
from beamlore.beamline.simulation.engine._rig import DeviceFailedError, Rig

_log = logging.getLogger(__name__)

_MAX_AT_ONCE = 50
_DEVICES_AGAIN_SECONDS = 2.0


class _StoppedByUserError(Exception):
    """The simulated user has seen enough."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How the engine works.

    Attributes:
        proposals: whose scans are made, in turn by chance.
        data: directory under which the data files are written.
        period: begin a short scan every so many seconds, exactly; none: varied scans with varied pauses.
        scans: stop after so many; none: never.
        seed: of the chance; none: another one each time.
    """

    proposals: Sequence[str]
    data: Path
    period: float | None = None
    scans: int | None = None
    seed: int | None = None


class ScanEngine:
    """Drives a simulated beamline. Broker and configurator may come and go; without devices it waits for them."""

    def __init__(self, beamline: Beamline, options: EngineOptions, report: Report) -> None:
        self._beamline = beamline
        self._options = options
        self._report = report
        self._random = random.Random(options.seed)  # noqa: S311 - chance, not a secret
        self._planner = Planner(beamline.name, self._random)
        self._rig = Rig(beamline.name)
        self._numbers = ScanNumbers(options.data / beamline.name)

    async def run(self) -> None:
        """Make scans until cancelled, or until the number asked for is made; the scan under way is then aborted."""
        if self._options.period is None:
            await self._run_varied()
        else:
            await self._run_exactly(self._options.period)

    async def _run_varied(self) -> None:
        for _ in self._turns():
            await self._make(self._planner.varied())
            await self._until_ready()
            await asyncio.sleep(self._random.uniform(0.5, 6.0))

    async def _run_exactly(self, period: float) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        running: set[asyncio.Task[None]] = set()
        try:
            async with asyncio.TaskGroup() as group:
                for turn in self._turns():
                    await asyncio.sleep(began + turn * period - loop.time())
                    if len(running) >= _MAX_AT_ONCE:
                        self._report.tell("missed", reason=f"{_MAX_AT_ONCE} scans are under way")
                        continue
                    task = group.create_task(self._make(self._planner.quick(period * 0.5)))
                    running.add(task)
                    task.add_done_callback(running.discard)
        except* asyncio.CancelledError as cancelled:
            raise asyncio.CancelledError from cancelled

    def _turns(self) -> Iterable[int]:
        return itertools.count() if self._options.scans is None else range(self._options.scans)

    async def _until_ready(self) -> None:
        if await self._rig.ready():
            return
        _log.warning("the devices of %s do not answer; waiting for them", self._beamline.name)
        while not await self._rig.ready():
            await asyncio.sleep(_DEVICES_AGAIN_SECONDS)
        _log.warning("the devices of %s answer again", self._beamline.name)

    async def _make(self, plan: Plan) -> None:
        """Make one scan; a device that fails, or the user, aborts it."""
        proposal = self._random.choice(self._options.proposals)
        number = await asyncio.to_thread(self._numbers.take)
        directory = self._options.data / self._beamline.name / proposal / "raw"
        file = DataFile(directory, number, plan)
        scan = self._beamline.scan(
            plan.command,
            proposal,
            directory,
            number=number,
            sample=plan.sample,
            points_planned=len(plan.points),
        )
        told = {"pid": scan.pid, "proposal": proposal, "number": number}
        try:
            async with scan:
                self._report.tell("started", **told)
                await self._measure(plan, scan, file)
        except (_StoppedByUserError, DeviceFailedError) as error:
            self._report.tell("aborted", **told, reason=str(error))
        except asyncio.CancelledError:
            if scan.messages:
                self._report.tell("aborted", **told, reason="the engine was stopped")
            raise
        else:
            self._report.tell("finished", **told)

    async def _measure(self, plan: Plan, scan: Scan, file: DataFile) -> None:
        await asyncio.to_thread(file.begin)
        scan.add_file(file.path)
        relative = plan.command.startswith("dscan")
        origin = [await self._rig.position(axis) if relative else 0.0 for axis in plan.axes]
        for point, targets in enumerate(plan.points):
            positions = [
                await self._rig.move(axis, zero + target)
                for axis, zero, target in zip(plan.axes, origin, targets, strict=True)
            ]
            counts = await self._rig.count(plan.exposure)
            await asyncio.to_thread(file.add, point, positions, counts)
            await scan.update(points=point + 1)
            if plan.aborts_after is not None and point >= plan.aborts_after:
                raise _StoppedByUserError("stopped by the user")
        if relative:
            for axis, zero in zip(plan.axes, origin, strict=True):
                await self._rig.move(axis, zero)
