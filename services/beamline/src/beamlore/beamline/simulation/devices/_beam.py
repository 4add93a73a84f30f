# pytango is untyped, and it pairs the reading and writing of an attribute by one name.
# mypy: disable-error-code="misc, untyped-decorator, no-redef"
"""Tango devices of the beam: the ring, the monochromator, the shutter."""

import time

from tango import AttrWriteType, DevState
from tango.server import Device, attribute, command

from beamlore.beamline.simulation.devices._physics import Axis, StorageRing, wander


class SimulatedRing(Device):
    """The storage ring, topped up every two minutes."""

    def init_device(self) -> None:
        """Beam is stored."""
        super().init_device()
        self.ring = StorageRing()
        self.set_state(DevState.ON)

    @attribute(dtype=float, unit="mA", format="%.3f")
    def current(self) -> float:
        """Beam current."""
        return self.ring.current

    @attribute(dtype=float, unit="h", format="%.2f")
    def lifetime(self) -> float:
        """Beam lifetime."""
        return self.ring.lifetime


class SimulatedMonochromator(Device):
    """A double-crystal monochromator; the energy changes at 200 eV/s."""

    def init_device(self) -> None:
        """Stand at the iron K edge, 7112 eV."""
        super().init_device()
        self.axis = Axis(7112.0, 200.0)
        self.set_state(DevState.ON)

    def dev_state(self) -> DevState:
        """MOVING until the energy is reached, then ON."""
        return DevState.MOVING if self.axis.moving else DevState.ON

    @attribute(
        dtype=float, unit="eV", access=AttrWriteType.READ_WRITE, min_value=250.0, max_value=40_000.0, format="%.3f"
    )
    def energy(self) -> float:
        """Photon energy."""
        return self.axis.position

    @energy.write
    def energy(self, energy: float) -> None:
        self.axis.move(energy)

    @attribute(dtype=float, unit="eV", format="%.3f", doc="Of Si(111), whose relative bandwidth is 1.4e-4.")
    def bandwidth(self) -> float:
        """Bandwidth of the beam."""
        return self.axis.position * 1.4e-4


class SimulatedShutter(Device):
    """The beam shutter: inserted into the beam, or extracted from it."""

    def init_device(self) -> None:
        """Stand out of the beam."""
        super().init_device()
        self.set_state(DevState.EXTRACT)

    @attribute(dtype=int, doc="Tango's number of the state: 4 is INSERT, 5 is EXTRACT.")
    def position_code(self) -> int:
        """Where it is, as a number."""
        return int(self.get_state())

    @command
    def Insert(self) -> None:  # noqa: N802 - Tango's commands are written so
        """Close the beam."""
        self.set_state(DevState.INSERT)

    @command
    def Extract(self) -> None:  # noqa: N802
        """Let the beam pass."""
        self.set_state(DevState.EXTRACT)


class SimulatedSampleEnvironment(Device):
    """A cell whose temperature follows its set point at 2 K/s; its pressure drifts."""

    def init_device(self) -> None:
        """Stand at room temperature."""
        super().init_device()
        self.axis = Axis(298.15, 2.0)
        self.set_state(DevState.ON)

    def dev_state(self) -> DevState:
        """RUNNING until the set point is reached, then ON."""
        return DevState.RUNNING if self.axis.moving else DevState.ON

    @attribute(dtype=float, unit="K", access=AttrWriteType.READ_WRITE, min_value=4.0, max_value=1500.0, format="%.2f")
    def temperature(self) -> float:
        """Temperature of the sample; writing ramps it."""
        return wander(self.axis.position, 0.02, 30.0, time.time())

    @temperature.write
    def temperature(self, temperature: float) -> None:
        self.axis.move(temperature)

    @attribute(dtype=float, unit="mbar", format="%.3f")
    def pressure(self) -> float:
        """Pressure in the cell."""
        return wander(1013.0, 4.0, 600.0, time.time())
