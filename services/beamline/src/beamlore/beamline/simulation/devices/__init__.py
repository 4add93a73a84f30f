"""The Tango devices of a simulated beamline, one server process for each beamline. Needs pytango."""

from beamlore.beamline.simulation.devices._server import SERVER_NAME, register, serve

__all__ = ["SERVER_NAME", "register", "serve"]
