"""A simulated beamline: real Tango device servers, and a scan engine that uses them as an instrument would."""
