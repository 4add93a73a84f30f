"""Beamlines: a beamline exists once an administrator says so."""
