"""Proposals: what was granted beam time, to whom, at which beamline, for which time."""
