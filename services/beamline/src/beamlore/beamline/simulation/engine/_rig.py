"""The devices the engine drives, over Tango. Needs pytango."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import tango

from beamlore.beamline._threads import start_call
from beamlore.beamline.errors import BeamlineError
from beamlore.beamline.simulation.engine._plans import Axis

T = TypeVar("T")

_CALL_SECONDS = 5.0
_MOVE_SECONDS = 120.0
_POLL_SECONDS = 0.02


class DeviceFailedError(BeamlineError):
    """A device did not do what it was asked."""


class Rig:
    """The motors and the detector of one simulated beamline."""

    def __init__(self, beamline: str) -> None:
        self._detector = f"sim/{beamline}/det"
        self._proxies: dict[str, Any] = {}

    async def ready(self) -> bool:
        """Whether the detector answers."""
        try:
            await self._call(self._detector, lambda device: device.state())
        except DeviceFailedError:
            return False
        return True

    async def move(self, axis: Axis, target: float) -> float:
        """Move and wait until it has arrived; returns where it is.

        Raises:
            DeviceFailedError: it does not answer, refuses, or does not arrive.
        """
        await self._call(axis.device, lambda device: device.write_attribute(axis.attribute, target))
        await self._wait_on(axis.device)
        return await self.position(axis)

    async def position(self, axis: Axis) -> float:
        """Return where it is.

        Raises:
            DeviceFailedError: it does not answer.
        """
        return float(await self._call(axis.device, lambda device: device.read_attribute(axis.attribute).value))

    async def count(self, seconds: float) -> int:
        """Count for some seconds and return the counts.

        Raises:
            DeviceFailedError: the detector does not answer.
        """

        def begin(device: Any) -> None:
            device.write_attribute("exposure_time", seconds)
            device.command_inout("Acquire")

        await self._call(self._detector, begin)
        await asyncio.sleep(seconds)
        await self._wait_on(self._detector)
        return int(await self._call(self._detector, lambda device: device.read_attribute("counts").value))

    async def _wait_on(self, name: str) -> None:
        try:
            async with asyncio.timeout(_MOVE_SECONDS):
                while await self._call(name, lambda device: device.state()) != tango.DevState.ON:
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError as error:
            raise DeviceFailedError(f"{name} was not done after {_MOVE_SECONDS:.0f} s") from error

    async def _call(self, name: str, use: Callable[[Any], T]) -> T:
        def work() -> T:
            if name not in self._proxies:
                self._proxies[name] = tango.DeviceProxy(name)
            return use(self._proxies[name])

        call = start_call(work, name=f"beamlore-rig {name}")
        done, _ = await asyncio.wait([call], timeout=_CALL_SECONDS)
        if not done:
            call.cancel()
            raise DeviceFailedError(f"{name} did not answer within {_CALL_SECONDS:.0f} s")
        try:
            return call.result()
        except tango.DevFailed as error:
            raise DeviceFailedError(f"{name}: {str(error.args[0].desc).strip()}") from error
        except TypeError as error:
            # pytango's proxy remembers what it could not learn of an attribute while its device went down.
            self._proxies.pop(name, None)
            raise DeviceFailedError(f"{name}: {error}") from error
