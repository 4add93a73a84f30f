"""Turning SPEC files into scans."""

from beamlore.beamline.replay._inspection import Inspection, Problem, inspect
from beamlore.beamline.replay._reader import SpecFileReader, SpecScan
from beamlore.beamline.replay._replay import FileOutcome, Replay, ReplayOptions, count_scans

__all__ = [
    "FileOutcome",
    "Inspection",
    "Problem",
    "Replay",
    "ReplayOptions",
    "SpecFileReader",
    "SpecScan",
    "count_scans",
    "inspect",
]
