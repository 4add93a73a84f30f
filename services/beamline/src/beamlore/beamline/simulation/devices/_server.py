"""Registers a beamline's devices in the Tango database and runs them in this process."""

from dataclasses import dataclass, field

import tango
from tango.server import Device, run

from beamlore.beamline.simulation.devices._beam import (
    SimulatedMonochromator,
    SimulatedRing,
    SimulatedSampleEnvironment,
    SimulatedShutter,
)
from beamlore.beamline.simulation.devices._detector import SimulatedDetector
from beamlore.beamline.simulation.devices._motion import SimulatedMotor, SimulatedSlit

SERVER_NAME = "BeamloreSimulation"
"""Name of the device server; its instances are the beamlines."""

LOOPBACK_ENDPOINT = ["-ORBendPoint", "giop:tcp:127.0.0.1:0"]
"""Arguments that keep a device server, its events too, on loopback."""

_CLASSES = [
    SimulatedMotor,
    SimulatedSlit,
    SimulatedRing,
    SimulatedMonochromator,
    SimulatedShutter,
    SimulatedSampleEnvironment,
    SimulatedDetector,
]
_MOTOR_UNITS = ("mm", "mm", "mm", "deg", "mm", "mrad", "deg", "mm")


@dataclass(frozen=True)
class _Planned:
    name: str
    kind: type[Device]
    properties: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


def _planned(beamline: str) -> list[_Planned]:
    motors = [
        _Planned(f"sim/{beamline}/mot{number:02d}", SimulatedMotor, units={"position": unit})
        for number, unit in enumerate(_MOTOR_UNITS, start=1)
    ]
    return [
        *motors,
        _Planned(f"sim/{beamline}/mono", SimulatedMonochromator),
        _Planned(f"sim/{beamline}/ring", SimulatedRing),
        _Planned(f"sim/{beamline}/shutter", SimulatedShutter),
        _Planned(f"sim/{beamline}/sampleenv", SimulatedSampleEnvironment),
        _Planned(f"sim/{beamline}/slit1", SimulatedSlit),
        _Planned(f"sim/{beamline}/det", SimulatedDetector, properties={"motor": f"sim/{beamline}/mot01"}),
    ]


def register(beamline: str) -> list[str]:
    """Enter a beamline's devices into the Tango database at ``TANGO_HOST`` and return their names.

    Raises:
        tango.DevFailed: the database cannot be reached.
    """
    database = tango.Database()
    planned = _planned(beamline)
    for device in planned:
        info = tango.DbDevInfo()
        info.name, info.server = device.name, f"{SERVER_NAME}/{beamline}"
        info._class = device.kind.__name__  # noqa: SLF001 - pytango's name for it, as `class` is Python's word
        database.add_device(info)
        if device.properties:
            database.put_device_property(device.name, device.properties)
        if device.units:
            units = {attribute: {"unit": [unit]} for attribute, unit in device.units.items()}
            database.put_device_attribute_property(device.name, units)
    return [device.name for device in planned]


def serve(beamline: str) -> None:
    """Run a beamline's registered devices until the process is ended."""
    run(_CLASSES, args=[SERVER_NAME, beamline, *LOOPBACK_ENDPOINT])
