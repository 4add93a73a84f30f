import asyncio

import tango
from tango import DevState


async def until(device, state):
    async with asyncio.timeout(20):
        while await asyncio.to_thread(device.state) != state:
            await asyncio.sleep(0.01)


async def test_motor_really_moves(tango_facility):
    motor = tango.DeviceProxy("sim/balder/mot02")
    motor.velocity = 50.0
    begin = motor.position
    motor.position = begin + 20.0
    assert motor.state() == DevState.MOVING
    assert motor.state_code == 6
    assert begin <= motor.position < begin + 20.0
    await until(motor, DevState.ON)
    assert motor.position == begin + 20.0


async def test_motor_is_stopped_on_its_way(tango_facility):
    motor = tango.DeviceProxy("sim/balder/mot03")
    motor.velocity = 1.0
    motor.position = motor.position + 100.0
    motor.Stop()
    assert motor.state() == DevState.ON


async def test_changing_the_velocity_on_the_way_does_not_make_the_motor_jump(tango_facility):
    motor = tango.DeviceProxy("sim/balder/mot05")
    motor.velocity = 0.001
    begin = motor.position
    motor.position = begin + 100.0
    motor.velocity = 0.002
    assert motor.position < begin + 1.0
    motor.Stop()


async def test_detector_counts_for_its_exposure_time(tango_facility):
    detector = tango.DeviceProxy("sim/balder/det")
    detector.exposure_time = 0.2
    detector.Acquire()
    assert detector.state() == DevState.RUNNING
    await until(detector, DevState.ON)
    assert detector.counts > 0


async def test_shutter_shows_tangos_numbers(tango_facility):
    shutter = tango.DeviceProxy("sim/balder/shutter")
    shutter.Insert()
    assert shutter.position_code == 4
    shutter.Extract()
    assert shutter.position_code == 5
