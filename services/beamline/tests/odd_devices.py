"""A Tango device server whose devices answer in every way a real one does, for the tests of gathering."""

import sys
import time
from enum import IntEnum

import numpy
import tango
from tango import AttrQuality
from tango.server import Device, attribute, run


class Mode(IntEnum):
    IDLE = 0
    FAST = 1


class OddDevice(Device):
    @attribute(dtype=float, unit="mm")
    def number(self):
        return 1.5

    @attribute(dtype=int)
    def code(self):
        return 4

    @attribute(dtype=float)
    def float_code(self):
        return 5.0

    @attribute(dtype=bool)
    def flag(self):
        return True

    @attribute(dtype=str)
    def text(self):
        return "plain text"

    @attribute(dtype=Mode)
    def mode(self):
        return Mode.FAST

    @attribute(dtype=(float,), max_dim_x=5000, unit="V")
    def spectrum(self):
        return numpy.array([1.0, 2.0, float("nan")])

    @attribute(dtype=(float,), max_dim_x=5000)
    def empty(self):
        return []

    @attribute(dtype=(float,), max_dim_x=5000)
    def long(self):
        return numpy.zeros(4000)

    @attribute(dtype=((float,),), max_dim_x=5, max_dim_y=5)
    def image(self):
        return numpy.ones((3, 3))

    @attribute(dtype=float)
    def nan(self):
        return float("nan")

    @attribute(dtype="uint64")
    def huge(self):
        return 2**64 - 1

    @attribute(dtype=float)
    def failing(self):
        raise RuntimeError("encoder lost")

    @attribute(dtype=float)
    def invalid(self):
        return 0.0, time.time(), AttrQuality.ATTR_INVALID

    @attribute(dtype=float)
    def slow(self):
        time.sleep(2)
        return 1.0


def register(instance, names):
    database = tango.Database()
    for name in names:
        info = tango.DbDevInfo()
        info.name, info._class, info.server = name, "OddDevice", f"odd_devices/{instance}"
        database.add_device(info)


if __name__ == "__main__":
    instance, *names = sys.argv[1:]
    register(instance, names)
    run([OddDevice], args=["odd_devices", instance, "-ORBendPoint", "giop:tcp:127.0.0.1:0"])
