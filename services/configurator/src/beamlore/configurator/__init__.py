"""Which metadata each beamline records: versioned metadata sets, one active."""
