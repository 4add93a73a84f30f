import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.beamline.simulation.devices._physics import Axis, StorageRing, peak_counts

positions = st.floats(-1000, 1000)


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_axis_moves_at_its_velocity_and_stops_at_its_target():
    clock = Clock()
    axis = Axis(0.0, 2.0, clock)
    axis.move(10.0)
    clock.now = 1.0
    assert (axis.position, axis.moving) == (2.0, True)
    clock.now = 6.0
    assert (axis.position, axis.moving) == (10.0, False)


def test_axis_stays_where_it_is_stopped():
    clock = Clock()
    axis = Axis(0.0, 1.0, clock)
    axis.move(-10.0)
    clock.now = 3.0
    axis.stop()
    clock.now = 9.0
    assert (axis.position, axis.moving) == (-3.0, False)


@given(positions, positions, st.floats(0.001, 100), st.floats(0, 1e6))
def test_axis_is_always_between_where_it_was_and_where_it_goes(start, target, velocity, seconds):
    clock = Clock()
    axis = Axis(start, velocity, clock)
    axis.move(target)
    clock.now = seconds
    assert min(start, target) - 1e-9 <= axis.position <= max(start, target) + 1e-9


def test_ring_decays_and_is_topped_up():
    clock = Clock()
    ring = StorageRing(nominal=400.0, lifetime=12.0, top_up_every=120.0, clock=clock)
    clock.now = 119.0
    decayed = ring.current
    clock.now = 121.0
    assert decayed < ring.current <= 400.0


@pytest.mark.parametrize("position", [0.0, 1.7, 50.0])
def test_counts_are_highest_at_the_peak(position):
    counts = peak_counts(position, 1.0, centre=1.7, width=1.2)
    assert counts >= 0
    assert (counts > 15_000) == (position == 1.7)
