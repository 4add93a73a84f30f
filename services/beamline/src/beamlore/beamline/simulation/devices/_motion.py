# pytango is untyped, and it pairs the reading and writing of an attribute by one name.
# mypy: disable-error-code="misc, untyped-decorator, no-redef"
"""Tango devices that move."""

from tango import AttrWriteType, DevState
from tango.server import Device, attribute, command, device_property

from beamlore.beamline.simulation.devices._physics import Axis

MOVEMENT_LIMIT = 1000.0


class SimulatedMotor(Device):
    """A motor whose position is written to start a movement; its state is MOVING until it has arrived."""

    initial = device_property(dtype=float, default_value=0.0, doc="Position after start.")
    speed = device_property(dtype=float, default_value=10.0, doc="Velocity after start, in units per second.")

    def init_device(self) -> None:
        """Stand at the initial position."""
        super().init_device()
        self.axis = Axis(self.initial, self.speed)
        self.set_state(DevState.ON)

    def dev_state(self) -> DevState:
        """MOVING until the target is reached, then ON."""
        return DevState.MOVING if self.axis.moving else DevState.ON

    def dev_status(self) -> str:
        """What it does, in words."""
        if self.axis.moving:
            return f"Moving from {self.axis.position:.4f} to {self.axis.target:.4f}"
        return f"Standing at {self.axis.position:.4f}"

    @attribute(
        dtype=float,
        access=AttrWriteType.READ_WRITE,
        min_value=-MOVEMENT_LIMIT,
        max_value=MOVEMENT_LIMIT,
        format="%.4f",
        doc="Where it is; writing moves it there.",
    )
    def position(self) -> float:
        """Where it is now."""
        return self.axis.position

    @position.write
    def position(self, target: float) -> None:
        self.axis.move(target)

    @attribute(dtype=float, access=AttrWriteType.READ_WRITE, min_value=1e-6, doc="Units per second.")
    def velocity(self) -> float:
        """How fast it moves."""
        return self.axis.velocity

    @velocity.write
    def velocity(self, velocity: float) -> None:
        # From where it is now, so that the way already made stays made.
        self.axis.move(self.axis.target) if self.axis.moving else None
        self.axis.velocity = velocity

    @attribute(dtype=int, doc="The state as Tango's number: 0 is ON, 6 is MOVING.")
    def state_code(self) -> int:
        """The state as a number."""
        return int(self.dev_state())

    @command
    def Stop(self) -> None:  # noqa: N802 - Tango's commands are written so
        """Stay where it is."""
        self.axis.stop()


class SimulatedSlit(Device):
    """A pair of blades in each direction; the gaps open and close at 5 mm/s."""

    def init_device(self) -> None:
        """Stand half open."""
        super().init_device()
        self.horizontal = Axis(1.0, 5.0)
        self.vertical = Axis(0.5, 5.0)
        self.set_state(DevState.ON)

    def dev_state(self) -> DevState:
        """MOVING until both gaps are as asked, then ON."""
        return DevState.MOVING if self.horizontal.moving or self.vertical.moving else DevState.ON

    @attribute(dtype=float, unit="mm", access=AttrWriteType.READ_WRITE, min_value=0.0, max_value=20.0, format="%.4f")
    def gap_h(self) -> float:
        """Horizontal gap."""
        return self.horizontal.position

    @gap_h.write
    def gap_h(self, gap: float) -> None:
        self.horizontal.move(gap)

    @attribute(dtype=float, unit="mm", access=AttrWriteType.READ_WRITE, min_value=0.0, max_value=20.0, format="%.4f")
    def gap_v(self) -> float:
        """Vertical gap."""
        return self.vertical.position

    @gap_v.write
    def gap_v(self, gap: float) -> None:
        self.vertical.move(gap)
