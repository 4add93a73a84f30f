"""The demo's scan engine: moves the simulated motors, reads the detector, writes files, tells of its scans."""

from beamlore.beamline.simulation.engine._engine import EngineOptions, ScanEngine
from beamlore.beamline.simulation.engine._report import Report

__all__ = ["EngineOptions", "Report", "ScanEngine"]
