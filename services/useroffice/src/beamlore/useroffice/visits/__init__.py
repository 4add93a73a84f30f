"""Visits: who is at a beamline for a proposal, and when."""
