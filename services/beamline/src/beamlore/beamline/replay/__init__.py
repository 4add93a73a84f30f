"""Turning SPEC files into scans."""

from beamlore.beamline.replay._inspection import Problem, inspect
from beamlore.beamline.replay._reader import SpecFileReader, SpecScan
from beamlore.beamline.replay._replay import FileOutcome, Replay, ReplayOptions

__all__ = ["FileOutcome", "Problem", "Replay", "ReplayOptions", "SpecFileReader", "SpecScan", "inspect"]
