"""How the simulated things behave over time. Nothing runs in the background: the clock tells."""

import math
import random
import time
from collections.abc import Callable

Clock = Callable[[], float]


class Axis:
    """Something that moves to a target at a constant velocity.

    Args:
        position: where it is at first, in its own unit.
        velocity: in units per second.
        clock: seconds.
    """

    def __init__(self, position: float, velocity: float, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._from = self._target = position
        self._started = clock()
        self.velocity = velocity

    @property
    def position(self) -> float:
        """Where it is now."""
        distance = self._target - self._from
        travelled = self.velocity * (self._clock() - self._started)
        return self._target if travelled >= abs(distance) else self._from + math.copysign(travelled, distance)

    @property
    def target(self) -> float:
        """Where it goes or stands."""
        return self._target

    @property
    def moving(self) -> bool:
        """Whether it has not reached its target yet."""
        return self.position != self._target

    def move(self, target: float) -> None:
        """Go to another target from where it is now."""
        self._from, self._target, self._started = self.position, target, self._clock()

    def stop(self) -> None:
        """Stay where it is now."""
        self.move(self.position)


class StorageRing:
    """A beam that decays and is topped up to its nominal current.

    Args:
        nominal: current after a top-up, in mA.
        lifetime: 1/e lifetime of the beam, in hours.
        top_up_every: seconds between two top-ups.
        clock: seconds.
    """

    def __init__(
        self, nominal: float = 400.0, lifetime: float = 12.0, top_up_every: float = 120.0, clock: Clock = time.time
    ) -> None:
        self._nominal, self._lifetime, self._every, self._clock = nominal, lifetime, top_up_every, clock

    @property
    def current(self) -> float:
        """Beam current now, in mA."""
        return self._nominal * math.exp(-(self._clock() % self._every) / (self._lifetime * 3600))

    @property
    def lifetime(self) -> float:
        """Beam lifetime now, in hours: a measured value, so it scatters a little."""
        return self._lifetime * (1 + random.gauss(0, 0.003))


def peak_counts(position: float, exposure: float, centre: float, width: float, rate: float = 20_000.0) -> int:
    """Return counts of a Gaussian peak on a flat background, with counting noise.

    Args:
        position: of the scanned motor, in its unit.
        exposure: in seconds.
        centre: of the peak, in the motor's unit.
        width: standard deviation of the peak, in the motor's unit.
        rate: counts per second at the peak; the background is a hundredth of it.
    """
    expected = exposure * rate * (0.01 + math.exp(-0.5 * ((position - centre) / width) ** 2))
    # A Poisson distribution of so large a mean is a normal one.
    return max(0, round(random.gauss(expected, math.sqrt(expected))))


def wander(centre: float, amplitude: float, period: float, at: float) -> float:
    """Return a value that drifts slowly around its centre, with a little noise.

    Args:
        centre: of the values.
        amplitude: how far it drifts.
        period: of the drift, in seconds.
        at: time in seconds.
    """
    drift = math.sin(2 * math.pi * at / period)
    return centre + amplitude * (drift + random.gauss(0, 0.02))
