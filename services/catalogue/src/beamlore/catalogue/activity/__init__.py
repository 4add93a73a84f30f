"""How many datasets there are of each day and beamline."""
