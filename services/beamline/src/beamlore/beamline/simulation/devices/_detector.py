# pytango is untyped, and it pairs the reading and writing of an attribute by one name.
# mypy: disable-error-code="misc, untyped-decorator, no-redef"
"""The Tango device that counts."""

import time

from tango import AttrWriteType, DevState, Util
from tango.server import Device, attribute, command, device_property

from beamlore.beamline.simulation.devices._physics import peak_counts, wander


class SimulatedDetector(Device):
    """A detector that sees a peak over the position of a motor of the same server."""

    motor = device_property(dtype=str, mandatory=True, doc="The motor over whose position the peak stands.")
    centre = device_property(dtype=float, default_value=1.7, doc="Where the peak stands, in the motor's unit.")
    width = device_property(dtype=float, default_value=1.2, doc="Its standard deviation, in the motor's unit.")

    def init_device(self) -> None:
        """Stand ready, with one second of exposure."""
        super().init_device()
        self.exposure = 1.0
        self.ready_at = 0.0
        self.last_counts = 0
        self.set_state(DevState.ON)

    def dev_state(self) -> DevState:
        """RUNNING while it counts, then ON."""
        return DevState.RUNNING if time.monotonic() < self.ready_at else DevState.ON

    @attribute(dtype=float, unit="s", access=AttrWriteType.READ_WRITE, min_value=0.0, max_value=3600.0)
    def exposure_time(self) -> float:
        """How long it counts."""
        return self.exposure

    @exposure_time.write
    def exposure_time(self, seconds: float) -> None:
        self.exposure = seconds

    @attribute(dtype=int, doc="Of the last acquisition.")
    def counts(self) -> int:
        """What was counted."""
        return self.last_counts

    @attribute(dtype=float, unit="degC", format="%.2f")
    def temperature(self) -> float:
        """Temperature of the sensor."""
        return wander(-20.0, 0.3, 300.0, time.time())

    @command
    def Acquire(self) -> None:  # noqa: N802 - Tango's commands are written so
        """Count for the exposure time; the state is RUNNING until then."""
        position = Util.instance().get_device_by_name(self.motor).axis.position
        self.ready_at = time.monotonic() + self.exposure
        self.last_counts = peak_counts(position, self.exposure, self.centre, self.width)
