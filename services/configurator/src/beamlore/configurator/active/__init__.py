"""The active configuration: the set a beamline records now."""
