"""Whether a message may be catalogued: its form, its beamline, its proposal."""
